// Light or dark as was chosen here before, else as the system has it. Loaded before anything is drawn, so that nothing flashes.
(() => {
  const root = document.documentElement;
  const order = ["system", "light", "dark"];
  let chosen = "system";
  try {
    chosen = localStorage.getItem("weir-theme") || "system";
  } catch {
    // A browser that keeps nothing still shows the page.
  }
  const put = () => (chosen === "system" ? delete root.dataset.theme : (root.dataset.theme = chosen));
  put();
  window.weir_theme = {
    current: () => chosen,
    next() {
      chosen = order[(order.indexOf(chosen) + 1) % order.length];
      put();
      try {
        localStorage.setItem("weir-theme", chosen);
      } catch {
        // Then it lasts as long as the page does.
      }
      return chosen;
    },
  };
})();
