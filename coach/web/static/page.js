// Copy, print, theme and keys. Nothing is stored in the browser.
(function () {
  "use strict";

  function flash(button, mark) {
    if (button.classList.contains("done")) return;
    const before = Array.from(button.childNodes);
    button.replaceChildren(mark);
    button.classList.add("done");
    setTimeout(function () { button.replaceChildren.apply(button, before); button.classList.remove("done"); }, 1400);
  }

  function copyText(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea"); // older browsers, and plain http on another name than localhost
    area.value = text; document.body.appendChild(area); area.select();
    document.execCommand("copy"); area.remove();
    return Promise.resolve();
  }

  function printCard(card) {
    const closed = Array.from(card.querySelectorAll("details:not([open]):not(.line__text)"));
    closed.forEach(function (fold) { fold.open = true; });
    card.setAttribute("data-printing", "");
    window.print();
    card.removeAttribute("data-printing");
    closed.forEach(function (fold) { fold.open = false; });
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.copy !== undefined) {
      event.preventDefault();
      const small = button.classList.contains("small");
      copyText(button.dataset.copy).then(function () { flash(button, small ? "Copied" : "✓"); });
    } else if (button.dataset.print !== undefined) {
      printCard(button.closest(".card"));
    } else if (button.dataset.more !== undefined) {
      const all = button.closest(".card__body").classList.toggle("card__body--all");
      button.setAttribute("aria-expanded", String(all));
      button.dataset.label = button.dataset.label || button.textContent;
      button.textContent = all ? "Show fewer lines" : button.dataset.label;
    } else if (button.dataset.theme !== undefined) {
      document.body.classList.toggle("dark");
    }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("#situation")) {
      event.preventDefault();
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
      document.querySelector("#ask").click();
    }
  });
})();
