// Runs before anything else on a page: it is a part of the page itself, allowed by its hash.
(() => {
  const early = document.getElementById("fog-early");

  // The colours that the reader has chosen in Streamlit's menu, if not those of the system.
  try {
    const chosen = localStorage.getItem(`stActiveTheme-${location.pathname}-v2`) ?? "";
    const theme = /Dark/.test(chosen) ? "dark" : /Light/.test(chosen) ? "light" : null;
    if (early && theme) early.dataset.theme = theme;
  } catch {
    // Nothing may be read here: then it is the system's.
  }

  // Streamlit looks for its server, beginning below the page's own path, before it connects. Told
  // where it is, it connects at once: two round trips less.
  const { origin } = location;
  /** @type {any} */ (window).__streamlit = {
    BACKEND_BASE_URL: new URL(".", location.href).href,
    HOST_CONFIG: { allowedOrigins: [origin], useExternalAuthToken: false },
  };

  // Whatever the reader chooses is a step that Back undoes. Streamlit writes a widget's choice over
  // the address (as text; our own modules write what only moves, as a URL).
  const { pushState, replaceState } = history;
  const chosen = (url) => typeof url === "string" && differs(new URL(url, location.href));
  const said = (query) => [...new URLSearchParams(query)].map(String).sort().join();
  const differs = (to) => to.pathname === location.pathname && said(to.search) !== said(location.search);
  history.replaceState = function (state, unused, url) {
    (chosen(url) ? pushState : replaceState).call(this, state, unused, url);
  };

  // Streamlit asks for the font of its icons by name, and a browser then fetches all that have it.
  // Where ours stands behind Streamlit's (pages/frame/fonts), that is to be the only one.
  const family = "Material Symbols Rounded";
  if (document.querySelector("link[rel=preload][as=font][href*=icons]")) {
    for (const sheet of document.styleSheets) {
      if (!sheet.href?.startsWith(origin)) continue;
      [...sheet.cssRules].forEach((rule, index) => {
        if (rule instanceof CSSFontFaceRule && rule.style.fontFamily.includes(family)) sheet.deleteRule(index);
      });
    }
  }
  if (!early) return;

  // Over as soon as the page has its heading, or has run without getting one, or Streamlit has
  // something else to say.
  let hasRun = false;
  const isThere = () => {
    const state = document.querySelector("[data-testid=stApp]")?.getAttribute("data-test-script-state");
    hasRun ||= state === "running";
    return (hasRun && state === "notRunning") || document.querySelector("h1, [role=dialog], [role=alert]");
  };
  const watching = new MutationObserver(() => {
    if (!isThere()) return;
    watching.disconnect();
    // When the heading is on the screen: it is not to be seen that one makes room for the other.
    requestAnimationFrame(() => {
      early.dataset.over = "";
      if (getComputedStyle(early).transitionDuration === "0s") early.remove();
      else early.addEventListener("transitionend", () => early.remove(), { once: true });
      setTimeout(() => early.remove(), 1000); // no transition ends in a tab that nobody looks at
    });
  });
  watching.observe(document.documentElement, {
    attributeFilter: ["data-test-script-state"], childList: true, subtree: true,
  });
})();
