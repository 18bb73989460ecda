// The large screen: it refreshes by itself, and says so when it no longer may.

import "./refresh.js";

document.addEventListener("relais:ended", () => {
  document.querySelector("[data-over]").hidden = false;
});
