// @ts-check
/** Keeps a thread fresh and sends from its composer. Everything here also works as plain pages and forms. */

import { announce } from "../portal/js/announce.js";
import { command, follow, isLive, newId, Refused, settle, watch, withdraw } from "../portal/js/socket.js";
import { keepDraft } from "./drafts.js";
import { drawer } from "./lines.js";

const POST_AFTER = 2_000;
const POST_AGAIN = 8_000;
const DWELL = 800;

/** @typedef {{ sequence: number, kind: string, mine: boolean, command: string | null, author: { name: string, role: string } }} Item */

/** @param {HTMLElement} root */
export function mount(root) {
  const words = root.dataset;
  const list = /** @type {HTMLElement} */ (root.querySelector("#messages"));
  const draw = drawer(root, list);
  const composer = mountComposer(root, draw, () => reading.unmarked());
  const reading = mountReading(root, list);
  showConnection(root, composer);
  arrive(list);

  follow(words.topic ?? "", Number(words.after), {
    items(/** @type {Item[]} */ items) {
      const near = reading.isAtEnd();
      for (const item of items) {
        if (item.command) composer.arrived(item.command);
        draw.append(item);
      }
      const theirs = items.filter((item) => !item.mine);
      for (const item of theirs) if (item.kind === "message") announce(`${words.arrived} ${item.author.name}`);
      if (near || !theirs.length) draw.end().scrollIntoView({ block: "nearest" });
      reading.moved(items[items.length - 1].sequence, !near && theirs.length > 0);
    },
    left(sentence) {
      if (!list.childElementCount) location.assign("/");
      draw.note(sentence || words.gone || "");
    },
  });
}

/**
 * Opens the page where reading goes on: at what is new, else at the end.
 * @param {HTMLElement} list
 */
function arrive(list) {
  if (location.hash || scrollY > 0) return;
  const fresh = document.getElementById("new");
  const last = list.lastElementChild;
  if (fresh) fresh.scrollIntoView({ block: "center" });
  else if (last && last.getBoundingClientRect().bottom > innerHeight) last.scrollIntoView({ block: "center" });
}

/**
 * Says in words how the connection is. Signed out: what was said leaves the screen, what was typed stays.
 * @param {HTMLElement} root
 * @param {{ isDirty: () => boolean }} composer
 */
function showConnection(root, composer) {
  const words = root.dataset;
  const place = /** @type {HTMLElement | null} */ (root.querySelector("[data-connection]"));
  const signIn = document.body.dataset.signIn ?? "/";
  const away = /** @type {HTMLElement | null} */ (root.querySelector("section[data-away]"));
  const private_ = () => root.querySelectorAll(".talk-head, .crew, .acts, .pane, .reads, .talk-note, #messages");
  const title = document.title;
  let was = "";
  watch((condition) => {
    if (condition === "away" && !composer.isDirty()) {
      location.assign(`${signIn}?reason=ended&next=${encodeURIComponent(words.page ?? "/")}`);
      return;
    }
    for (const part of private_()) /** @type {HTMLElement} */ (part).hidden = condition === "away";
    if (away) away.hidden = condition !== "away";
    document.title = condition === "away" ? words.away ?? "" : title;
    if (condition === "away") root.querySelector("#messages")?.replaceChildren();
    const sentence = { joining: words.joining, live: words.live, lost: words.lost, away: words.away, stopped: words.stopped }[condition];
    if (place) {
      place.hidden = false;
      place.dataset.tone = condition === "live" ? "good" : condition === "joining" ? "calm" : "wait";
      place.textContent = sentence ?? "";
    }
    if (was && (was === "live" || condition === "live") && was !== "joining") announce(sentence ?? "");
    was = condition;
  });
}

/**
 * Marks as read what was really on the screen of somebody who was there.
 * @param {HTMLElement} root
 * @param {HTMLElement} list
 */
function mountReading(root, list) {
  const thread = root.dataset.thread;
  let newest = Number(root.dataset.after);
  let marked = Number(root.dataset.read);
  let visible = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const fresh = document.createElement("button");
  fresh.type = "button";
  fresh.className = "button main fresh noprint";
  fresh.textContent = root.dataset.fresh ?? "";
  fresh.hidden = true;
  fresh.addEventListener("click", () => list.lastElementChild?.scrollIntoView({ block: "center" }));
  root.querySelector("#latest")?.after(fresh);
  root.querySelector("[data-mark]")?.remove();

  const consider = () => {
    clearTimeout(timer);
    if (!visible || newest <= marked || document.visibilityState !== "visible" || !document.hasFocus()) return;
    timer = setTimeout(() => {
      if (!isLive()) return;
      const upto = newest;
      command("messaging.mark_read", { thread, upto }, newId()).then(() => { marked = Math.max(marked, upto); }, () => {});
    }, DWELL);
  };
  const eye = new IntersectionObserver((entries) => {
    visible = entries[entries.length - 1].isIntersecting;
    if (visible) fresh.hidden = true;
    consider();
  }, { threshold: 0.5 });
  const look = () => {
    eye.disconnect();
    if (list.lastElementChild) eye.observe(list.lastElementChild);
  };
  look();
  addEventListener("focus", consider);
  document.addEventListener("visibilitychange", consider);
  watch((condition) => condition === "live" && consider());
  return {
    /** The newest line, if it is not marked as read yet; whoever answers it has read it. */
    unmarked: () => (newest > marked ? newest : 0),
    isAtEnd: () => !list.lastElementChild || list.lastElementChild.getBoundingClientRect().top < innerHeight,
    /**
     * @param {number} sequence
     * @param {boolean} below
     */
    moved(sequence, below) {
      newest = sequence;
      fresh.hidden = !below;
      look();
    },
  };
}

/**
 * Sends over the socket; by an ordinary post when the socket is away; never twice, never into nothing.
 * @param {HTMLElement} root
 * @param {ReturnType<typeof drawer>} draw
 * @param {() => number} unmarked
 */
function mountComposer(root, draw, unmarked) {
  const words = root.dataset;
  const form = /** @type {HTMLFormElement | null} */ (root.querySelector("[data-composer]"));
  if (!form) return { arrived: () => {}, isDirty: () => false };
  const box = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("body"));
  const idBox = /** @type {HTMLInputElement} */ (form.elements.namedItem("command_id"));
  const token = /** @type {HTMLInputElement} */ (form.elements.namedItem("csrfmiddlewaretoken"));
  /** @type {Map<string, { bubble: HTMLElement, tell: (words: string) => void, sent: boolean }>} */
  const held = new Map();
  const keeper = keepDraft(form);
  const isDirty = () => box.value.trim() !== "" || [...held.values()].some((one) => !one.sent);

  let leaving = false;
  form.addEventListener("submit", (event) => {
    leaving = event.submitter?.hasAttribute("formaction") ?? false;
    if (leaving) return;
    event.preventDefault();
    const text = box.value.replace(/\r\n?/g, "\n").trim();
    if (!text) return complain(words.empty ?? "");
    complain("");
    const id = idBox.value || newId();
    idBox.value = newId();
    box.value = "";
    box.focus();
    send(id, text, keeper.spend());
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const way = /** @type {HTMLElement | null} */ (form.querySelector(".push:not([hidden])"));
    form.requestSubmit(way);
  });
  addEventListener("beforeunload", (event) => {
    if (isDirty() && !leaving && !form.hasAttribute("data-safe")) event.preventDefault();
  });

  /**
   * @param {string} id
   * @param {string} text
   * @param {Promise<string>} spent the draft that this was
   */
  async function send(id, text, spent) {
    const bubble = draw.hold(text, words.sending ?? "");
    held.set(id, { ...bubble, sent: false });
    const seen = unmarked();
    const draft = await spent;
    command("messaging.reply", { thread: words.thread, text, ...(seen ? { seen } : {}), ...(draft ? { draft } : {}) }, id).then(
      () => {
        const one = held.get(id);
        if (one) one.sent = true;
        one?.tell(words.sent ?? "");
        announce(words.sent ?? "");
      },
      (error) => putBack(id, text, error instanceof Refused ? error.message : ""),
    );
    setTimeout(() => post(id, text, draft), isLive() ? POST_AGAIN : POST_AFTER);
  }

  /**
   * The other road: the form's own post, with the same id, so that both may arrive.
   * @param {string} id
   * @param {string} text
   * @param {string} draft
   */
  async function post(id, text, draft) {
    const one = held.get(id);
    if (!one || one.sent) return;
    if (!isLive()) {
      one.tell(words.waiting ?? "");
      const body = new URLSearchParams({ csrfmiddlewaretoken: token.value, command_id: id, body: text, draft });
      try {
        const answer = await fetch(/** @type {HTMLFormElement} */ (form).action, { method: "POST", body, redirect: "follow" });
        const landed = new URL(answer.url).pathname;
        if (answer.ok && answer.redirected && landed === words.page) return settle(id, {});
        if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
          withdraw(id);
          return putBack(id, text, "");
        }
      } catch {
        one.tell(words.waiting ?? "");
      }
    }
    setTimeout(() => post(id, text, draft), POST_AGAIN);
  }

  /**
   * What was refused stands in the box again, with the reason beside it.
   * @param {string} id
   * @param {string} text
   * @param {string} reason
   */
  function putBack(id, text, reason) {
    held.get(id)?.bubble.remove();
    held.delete(id);
    draw.tidy();
    box.value = box.value.trim() ? `${text}\n\n${box.value}` : text;
    keeper.touch();
    complain(`${reason || words.refused} ${words.kept}`);
  }

  /** @param {string} sentence */
  function complain(sentence) {
    const place = draw.problem(/** @type {HTMLElement} */ (box.closest(".field")), box, sentence);
    if (!sentence) return;
    announce(sentence, "urgent");
    place?.scrollIntoView({ block: "nearest" });
    box.focus();
  }

  return {
    isDirty,
    /** @param {string} id */
    arrived(id) {
      held.get(id)?.bubble.remove();
      held.delete(id);
      settle(id, {});
      draw.tidy();
    },
  };
}
