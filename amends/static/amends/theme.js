// Runs before the first paint: the chosen theme from the cookie, else the system's.
(() => {
  const root = document.documentElement;
  const chosen = (document.cookie.match(/(?:^|; )theme=(light|dark)/) || [])[1];
  const system = matchMedia("(prefers-color-scheme: dark)");
  root.dataset.bsTheme = chosen || (system.matches ? "dark" : "light");
  root.dataset.themeChoice = chosen || "system";
})();
