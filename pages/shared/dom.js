// Elements, without a framework.

// What a picture is called until its component says what it shows: never nothing, since a reader
// may meet it while the run that fills it is still waiting its turn.
export const UNDRAWN = "Not drawn yet";

const SVG = new Set(["svg", "path", "line", "circle", "rect", "text", "g", "image"]);

// make("div.card", {title: "x"}, child, "text"): a tag with its classes, attributes, children.
export function make(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = SVG.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  if (classes.length) element.setAttribute("class", classes.join(" "));
  if (attributes.role === "img") element.setAttribute("aria-label", UNDRAWN);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// A button; `what` as for make, as in button("tool", "Undo", act).
export function button(classes, text, act, attributes = {}) {
  const made = make(classes ? `button.${classes}` : "button", { type: "button", ...attributes }, text);
  made.onclick = act;
  return made;
}

// Text that changes every frame: touch the document only when it differs.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// A file for the reader to keep.
export function download(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
