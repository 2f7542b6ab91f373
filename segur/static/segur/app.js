"use strict";

/* Conveniences over pages that already work without script. */
(() => {
  const announce = (text) => {
    const live = document.getElementById("live");
    if (live) {
      live.textContent = text;
    }
  };

  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(except)) {
        menu.open = false;
      }
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
      const search = document.getElementById("search");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (event.key === "Escape") {
      const menu = event.target.closest("details.menu[open]");
      closeMenus(null);
      if (menu) {
        menu.querySelector("summary").focus();
      }
      if (location.hash === "#navigation") {
        location.hash = "contenu";
      }
    }
  });

  document.addEventListener("click", async (event) => {
    closeMenus(event.target);
    const printer = event.target.closest("[data-print]");
    if (printer) {
      window.print();
    }
    const copier = event.target.closest("[data-copy]");
    if (copier) {
      const source = document.getElementById(copier.dataset.copy);
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      announce(copier.dataset.copied || "Copié.");
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-submit-on-change]")) {
      event.target.form.requestSubmit();
    }
  });

  for (const type of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      const zone = event.target.closest?.(".drop");
      if (!zone) {
        return;
      }
      zone.classList.toggle("is-over", type === "dragover");
      const input = zone.querySelector("input[type=file]");
      if (type === "dragleave" || !input) {
        return;
      }
      event.preventDefault();
      if (type === "drop") {
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }

  /* A view announces what it changed in place with the header HX-Trigger: {"announce": "…"}. */
  document.addEventListener("announce", (event) => announce(event.detail.value));
  document.addEventListener("htmx:sendError", () => announce("Le serveur ne répond pas. Réessayez dans un instant."));
  document.addEventListener("htmx:responseError", () => announce("L’action n’a pas abouti. Rechargez la page."));

  /* Buttons that only a script can serve stay hidden without it. */
  for (const button of document.querySelectorAll("[data-print], [data-copy]")) {
    button.hidden = false;
  }
})();
