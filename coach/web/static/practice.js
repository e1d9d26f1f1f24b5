// Practice: keys, and where the eye and the screen reader are when the patient answers. Nothing is stored in the browser.
(function () {
  "use strict";
  const find = function (selector) { return document.querySelector(selector); };
  let said = "";
  let briefed = "";
  let debriefed = null;

  function tell(text) {
    const teller = find("#teller");
    if (!teller) return;
    teller.textContent = "";
    setTimeout(function () { teller.textContent = text; }, 50);
  }

  function look() {
    const scene = find("#talk .scene");
    const now = scene ? scene.dataset.said : "";
    if (now !== said) {
      said = now;
      const latest = find("#latest");
      if (latest) {
        tell(latest.innerText);
        requestAnimationFrame(function () { latest.scrollIntoView({ block: "nearest" }); });
      }
      const box = find("#saying textarea");
      if (box && box.offsetParent) box.focus({ preventScroll: true });
    }
    const briefing = find(".briefing");
    const who = briefing ? briefing.innerText : "";
    if (who && who !== briefed) requestAnimationFrame(function () { briefing.scrollIntoView({ block: "nearest" }); });
    briefed = who;
    const debrief = find("#debrief");
    if (debrief && debrief !== debriefed) {
      debrief.focus({ preventScroll: true });
      requestAnimationFrame(function () { debrief.scrollIntoView({ block: "start" }); });
    }
    debriefed = debrief;
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("#saying")) {
      event.preventDefault();
      if (event.repeat) return;
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
      find("#say").click();
    }
  });

  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-print-debrief]")) return;
    const debrief = find("#debrief");
    const folds = Array.from(debrief.querySelectorAll("details:not([open])"));
    folds.forEach(function (fold) { fold.open = true; });
    debrief.setAttribute("data-printing", "");
    window.print();
    debrief.removeAttribute("data-printing");
    folds.forEach(function (fold) { fold.open = false; });
  });

  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-said"] });
})();
