// @ts-check
/**
 * Says two minutes before that the session ends, and hides the page when it has. The server knows how long it lasts:
 * other pages, a visit and what is sent make it last longer, so it is asked each time before anything is said.
 */

import { announce } from "./announce.js";

const BEFORE = 120;
const LONGEST = 30 * 60;
/** Milliseconds between two questions whether a line that is not let in is that of nobody any more. */
const OFTEN = 10_000;

/** @param {HTMLElement} bar */
export function mount(bar) {
  const words = bar.dataset;
  const stay = /** @type {HTMLButtonElement} */ (bar.querySelector("[data-stay]"));
  const cover = /** @type {HTMLElement} */ (document.querySelector("[data-locked]"));
  const covered = document.querySelectorAll("body > header, body > main, body > footer");
  const line = new BroadcastChannel("portal-session");
  /** When it ends, by this machine's clock. */
  let ends = 0;
  let timer = setTimeout(() => {}, 0);

  const left = () => (ends - Date.now()) / 1000;
  const time = () => new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: words.zone }).format(ends);

  /** @param {number} seconds */
  function lasts(seconds) {
    ends = Date.now() + seconds * 1000;
    clearTimeout(timer);
    // A long timer comes late on a machine that slept: it looks again at the clock.
    timer = setTimeout(look, Math.max(1, Math.min(LONGEST, seconds > BEFORE ? seconds - BEFORE : seconds)) * 1000);
  }

  async function look() {
    // Whoever keeps what is typed does so now, while the session still lasts.
    document.dispatchEvent(new Event("portal:leaving"));
    const told = await ask("GET");
    if (!told || told.seconds <= 0) return left() > 1 && !told ? lasts(left()) : lock();
    lasts(told.seconds);
    warn(told.seconds <= BEFORE + 1, told.limit);
  }

  /**
   * @param {string} method
   * @returns {Promise<{ seconds: number, limit: boolean } | null>} null if there is no telling
   */
  async function ask(method) {
    try {
      const token = /** @type {HTMLInputElement | null} */ (bar.querySelector("[name=csrfmiddlewaretoken]"))?.value ?? "";
      const answer = await fetch(words.stay ?? "", { method, redirect: "manual", headers: { "X-CSRFToken": token } });
      if (answer.type === "opaqueredirect") return { seconds: 0, limit: false };
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  /**
   * @param {boolean} soon
   * @param {boolean} limit
   */
  function warn(soon, limit) {
    const was = !bar.hidden;
    bar.hidden = !soon;
    if (!soon) return;
    const sentence = ((limit ? words.limit : words.idle) ?? "").replace("{time}", time());
    /** @type {HTMLElement} */ (bar.querySelector("[data-sentence]")).textContent = sentence;
    stay.hidden = limit;
    if (!was) announce(sentence);
  }

  /** What is about anybody's health leaves the screen; what was typed stays in the page. */
  function lock() {
    clearTimeout(timer);
    bar.hidden = true;
    for (const part of covered) part.toggleAttribute("hidden", true);
    cover.hidden = false;
    document.title = words.lockedTitle ?? "";
    /** @type {HTMLElement} */ (cover.querySelector("h1")).focus();
  }

  /**
   * Signed in again in another tab: forms that were filled in here count again, and so does the socket.
   * @param {string} token
   */
  function unlock(token) {
    for (const box of document.querySelectorAll("[name=csrfmiddlewaretoken]")) /** @type {HTMLInputElement} */ (box).value = token;
    dispatchEvent(new Event("signedin"));
    if (cover.hidden) return;
    cover.hidden = true;
    for (const part of covered) part.toggleAttribute("hidden", false);
    document.title = title;
    void look();
    document.dispatchEvent(new Event("portal:back"));
  }

  const title = document.title;
  stay.addEventListener("click", async () => {
    const told = await ask("POST");
    if (!told || told.seconds <= 0) return look();
    lasts(told.seconds);
    warn(false, false);
    line.postMessage({ kind: "longer", reader: words.reader, seconds: told.seconds });
  });
  line.addEventListener("message", ({ data }) => {
    if (data.reader !== words.reader) return cover.hidden ? undefined : location.assign("/");
    if (data.kind === "longer" && cover.hidden) {
      lasts(data.seconds);
      warn(false, false);
    }
    if (data.kind === "in") unlock(data.token);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && left() < BEFORE && cover.hidden) void look();
  });
  let asked = 0;
  addEventListener("unwelcome", () => {
    if (!cover.hidden || Date.now() - asked < OFTEN) return;
    asked = Date.now();
    void look();
  });
  const token = /** @type {HTMLInputElement | null} */ (bar.querySelector("[name=csrfmiddlewaretoken]"))?.value ?? "";
  line.postMessage({ kind: "in", reader: words.reader, token });
  lasts(Number(words.seconds));
  if (Number(words.seconds) <= BEFORE) void look();
}
