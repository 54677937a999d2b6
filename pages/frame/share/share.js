// Share: the link of what is on the page, its QR code, and exports of the stage. The address bar
// carries the whole state, so the link is the address at the moment of opening.

import { button, download, make } from "../../shared/dom.js";
import { ask } from "../../shared/stream.js";

const ICONS = {
  share: "M12 15V4m0 0L8 8m4-4 4 4M6 12H5v8h14v-8h-1",
  present: "M3 4h18M5 4v11h14V4m-7 11v5m-4 0h8",
};
const EXPORTS = [
  { kind: "gif", name: "GIF", what: "the GIF" },
  { kind: "png", name: "PNG strip", what: "the strip" },
  { kind: "pdf", name: "PDF handout", what: "the handout" },
];
// What an address may say besides what is on the page.
const MANNERS = ["present", "slide", "controls"];

// Addresses that mean another machine on each machine.
const LOCAL = /^(localhost|127\.|\[::1\])/;

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  root.share ??= new Share(root);
  root.share.serve(data.page);
}

function icon(name) {
  return make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, make("path", { d: ICONS[name] }));
}

// The address without some of its parameters, and with others.
function address(without, extra = {}) {
  const url = new URL(location.href);
  for (const name of without) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(extra)) url.searchParams.set(name, value);
  return url;
}

class Share {
  constructor(root) {
    this.opener = button("", icon("share"), () => this.open(), { "aria-haspopup": "dialog" });
    this.opener.append("Share");
    this.present = make("a.button", { target: "_self" }, icon("present"), "Present");
    // The address moves on while the page stands, so the link is made when somebody reaches for it.
    for (const event of ["pointerenter", "pointerdown", "focus", "click"]) {
      this.present.addEventListener(event, () => this.aim());
    }
    this.dialog = make("dialog", { "aria-labelledby": "share-title" });
    root.replaceChildren(make("div.row", {}, this.opener, this.present), this.dialog);
    this.build();
  }

  build() {
    const close = button("", "×", () => this.dialog.close(), { "aria-label": "Close" });
    this.field = make("input", { type: "text", readonly: "", "aria-label": "Link to this page as it is now" });
    this.field.onfocus = () => this.field.select();
    this.copier = button("copy", "Copy link", () => this.copy());
    this.said = make("p.said", { role: "status" });
    this.code = make("div.code");
    this.hide = make("input", { type: "checkbox" });
    this.lock = make("input", { type: "checkbox" });
    // There is nothing to lock where nothing is shown.
    this.hide.onchange = () => { if (this.hide.checked) this.lock.checked = false; this.address(); };
    this.lock.onchange = () => { if (this.lock.checked) this.hide.checked = false; this.address(); };
    this.exports = make("div.row");
    this.made = make("p.said", { role: "status" });
    this.taking = make("section", {}, make("h3", {}, "Take it with you"), this.exports, this.made);
    this.dialog.append(
      make("header", {}, make("h2", { id: "share-title" }, "Share"), close),
      make("div.link", {}, this.field, this.copier), this.said,
      make("div.pair", {}, this.code, make("div", {},
        make("p.soft", {}, LOCAL.test(location.hostname)
          ? "Link and code work on this machine only: for a class, open the app by the machine's name in your network. They can also"
          : "Link and code open this page just as it is now. For a class, they can also"),
        make("label", {}, this.hide, "hide the controls"),
        make("label", {}, this.lock, "lock the controls"))),
      this.taking);
    this.dialog.onclick = (event) => { if (event.target === this.dialog) this.dialog.close(); };
    // The page listens to keys too: arrows move its timeline, Escape leaves the presentation.
    this.dialog.onkeydown = (event) => event.stopPropagation();
  }

  serve(page) {
    this.page = page;
    this.taking.hidden = !page;
    this.exports.replaceChildren(...EXPORTS.map((kind) => this.taker(kind)));
    this.aim();
  }

  aim() {
    // In a presentation, the bar of which this is a part has the way out.
    this.present.hidden = new URL(location.href).searchParams.get("present") === "1";
    this.present.href = address([], { present: "1" }).href;
  }

  open() {
    // A timeline says in the address where it rests, so let it rest.
    for (const stage of window.throughTheFog?.values() ?? []) {
      if (!stage.scene || stage.scene.quiet || stage.scene.unlisted) continue;
      stage.playing = false;
      stage.settled?.();
    }
    const controls = new URL(location.href).searchParams.get("controls");
    this.hide.checked = controls === "hide";
    this.lock.checked = controls === "lock";
    this.said.textContent = this.made.textContent = "";
    this.address();
    this.dialog.showModal();
    this.copier.focus();
  }

  get controls() {
    if (this.hide.checked) return { controls: "hide" };
    return this.lock.checked ? { controls: "lock" } : {};
  }

  address() {
    // Untouched where nothing is asked for: parameters keep the spelling that they have.
    const url = new URL(location.href);
    const same = (url.searchParams.get("controls") ?? undefined) === this.controls.controls;
    this.field.value = same ? location.href : address(["controls"], this.controls).href;
    const image = make("img", {
      src: `api/qr?link=${encodeURIComponent(this.field.value)}`,
      alt: "QR code of the link", width: 188, height: 188,
    });
    image.onerror = () => this.code.replaceChildren(make("p", {}, "This link is too long for a QR code: copy it instead."));
    this.code.replaceChildren(image);
    for (const link of this.exports.children) link.href = this.exported(link.kind);
  }

  async copy() {
    const { value } = this.field;
    let done = true;
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      // Not allowed, or no https: the old way needs a selection.
      this.field.select();
      done = document.execCommand("copy");
      this.copier.focus();
    }
    this.said.textContent = done ? "Copied." : "Copying is not allowed here: select the link and copy it.";
  }

  taker({ kind, name, what }) {
    const link = make("a.button", { download: "" }, name);
    Object.assign(link, { kind, what, href: this.exported(kind) });
    link.onclick = (event) => { event.preventDefault(); this.take(link); };
    return link;
  }

  exported(kind) {
    const query = address(MANNERS).searchParams;
    query.set("page", this.page);
    // Pupils get the page, with its controls or without, and not the teacher's slides.
    if (kind === "pdf") query.set("link", address(MANNERS, this.controls).href);
    return `api/export.${kind}?${query}`;
  }

  async take(link) {
    if (this.busy) return;
    this.busy = true;
    for (const other of this.exports.children) other.setAttribute("aria-disabled", "true");
    this.made.textContent = `Making ${link.what} …`;
    try {
      const answer = await ask(link.href, "try again");
      const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"))?.[1] ?? `fog.${link.kind}`;
      download(await answer.blob(), name);
      this.made.textContent = `Saved as ${name}.`;
    } catch (error) {
      this.made.textContent = error.message;
    } finally {
      this.busy = false;
      for (const other of this.exports.children) other.removeAttribute("aria-disabled");
    }
  }
}
