// @ts-check
/** How long a time is still kept, by the server's clock. Without it the page says until when. */

import { announce } from "../portal/js/announce.js";

/** @param {HTMLElement} root */
export function mount(root) {
  const words = root.querySelector("[data-words]");
  const given = root.dataset;
  const whole = Date.parse(given.ends ?? "") - Date.parse(given.now ?? "");
  if (!words || !(whole > 0)) return;
  const began = performance.now();
  let said = whole <= 60_000;
  const tick = () => {
    const left = Math.ceil((whole - (performance.now() - began)) / 1000);
    if (left <= 0) {
      words.textContent = given.over ?? "";
      root.querySelector("[data-extend]")?.remove();
      announce(given.over ?? "", "urgent");
      return;
    }
    if (left <= 60 && !said) {
      said = true;
      announce(given.one ?? "");
    }
    const minutes = Math.floor(left / 60);
    const seconds = String(left % 60).padStart(2, "0");
    words.textContent = `${given.left} ${minutes ? `${minutes} ${given.minutes} ` : ""}${seconds} ${given.seconds}.`;
    setTimeout(tick, 1000 - ((performance.now() - began) % 1000));
  };
  tick();
}
