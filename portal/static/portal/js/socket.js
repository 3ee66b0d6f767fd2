// @ts-check
/**
 * The page's one socket. It comes back by itself; each topic resumes after the last that it has; a command
 * that was not acknowledged goes again with the same id, in order. See docs/protocol.md.
 */

/** @typedef {"joining" | "live" | "lost" | "away" | "stopped"} Condition */
/** @typedef {{ items: (items: any[]) => void, left: (sentence: string) => void }} Follower */
/** @typedef {{ name: string, body: object, done: (result: any) => void, failed: (error: Refused) => void, tries: number }} Order */

/** What the server answered no to, in words that may be shown. */
export class Refused extends Error {
  /** @param {{ code: string, sentence: string, again: boolean }} frame */
  constructor(frame) {
    super(frame.sentence);
    this.code = frame.code;
    this.again = frame.again;
  }
}

/** Close codes to what the page does; a code that is not here is a lost connection. @type {Record<number, string>} */
const FATES = { 1000: "stop", 4400: "stop", 4401: "away", 4408: "now", 4409: "stop", 4413: "stop", 4429: "minute" };
const SEEN_FRAMES = 16;
const SEEN_WAIT = 1500;
const QUIET = 20_000;
const PATIENCE = 8_000;
const STEADY = 5_000;
const TRIES = 4;

/** @type {Map<string, Follower & { last: number }>} */
const topics = new Map();
/** @type {Map<string, Order>} in the order of their making */
const orders = new Map();
/** @type {Set<(condition: Condition) => void>} */
const watchers = new Set();

/** @type {Condition} */
let condition = "joining";
/** @type {WebSocket | null} */
let socket = null;
let welcomed = false;
let taken = 0;
let told = 0;
let tries = 0;
let since = 0;
/** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */
const timers = {};

/** A new UUIDv7: its time first, the rest by chance. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 256 ** (5 - i)) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * The follower gets every item after `last`, each once and in order, over any number of connections.
 * @param {string} topic
 * @param {number} last
 * @param {Follower} follower
 */
export function follow(topic, last, follower) {
  topics.set(topic, { ...follower, last });
  if (welcomed) say({ kind: "follow", topic, after: last });
  else if (!socket) connect();
  return () => {
    topics.delete(topic);
    if (welcomed) say({ kind: "leave", topic });
  };
}

/** The socket is opened, though nothing is followed. */
export function reach() {
  if (!socket) connect();
}

/**
 * Resolves when the command is durably done; stays open while the connection is away; rejects when refused.
 * @param {string} name
 * @param {object} body
 * @param {string} id
 * @returns {Promise<any>}
 */
export function command(name, body, id) {
  return new Promise((done, failed) => {
    orders.set(id, { name, body, done, failed, tries: 0 });
    if (welcomed) say({ kind: "do", command: name, id, body });
    else if (!socket) connect();
  });
}

/**
 * The command was done by another way: it is not sent again.
 * @param {string} id
 * @param {any} result
 */
export function settle(id, result) {
  const order = orders.get(id);
  orders.delete(id);
  order?.done(result);
}

/**
 * The command is given up; nobody is told.
 * @param {string} id
 */
export function withdraw(id) {
  orders.delete(id);
}

/**
 * The watcher hears how the connection is, now and at each change.
 * @param {(condition: Condition) => void} watcher
 */
export function watch(watcher) {
  watchers.add(watcher);
  watcher(condition);
}

/** True while commands go out at once. */
export function isLive() {
  return welcomed;
}

/** @param {Condition} next */
function become(next) {
  if (condition === next) return;
  condition = next;
  for (const watcher of watchers) watcher(next);
}

/** @param {object} frame */
function say(frame) {
  socket?.send(JSON.stringify(frame));
}

/**
 * @param {string} name
 * @param {number} wait
 * @param {() => void} act
 */
function after(name, wait, act) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(act, wait);
}

function connect() {
  drop();
  const address = new URL(document.body.dataset.socket ?? "/live/", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const fresh = new WebSocket(address);
  socket = fresh;
  after("patience", PATIENCE, () => lost(0));
  fresh.onmessage = ({ data }) => {
    if (fresh === socket) take(data);
  };
  fresh.onclose = ({ code }) => {
    if (fresh === socket) lost(code);
  };
}

/** Lets the socket go without waiting for the other side, which may be gone. */
function drop() {
  for (const name of ["patience", "seen", "again"]) clearTimeout(timers[name]);
  const old = socket;
  socket = null;
  welcomed = false;
  taken = told = 0;
  old?.close();
}

/** @param {number} code */
function lost(code) {
  const fate = FATES[code] ?? "retry";
  const steady = since > 0 && Date.now() - since > STEADY;
  // No welcome: the line may be bad, or nobody is signed in here any more. Whoever can ask, does.
  if (!since && fate === "retry" && navigator.onLine) dispatchEvent(new Event("unwelcome"));
  since = 0;
  drop();
  if (fate === "stop") return become("stopped");
  if (fate === "away") {
    for (const topic of topics.values()) topic.last = 0;
    return become("away");
  }
  if (condition === "away") return;
  become("lost");
  tries = steady ? 0 : tries + 1;
  if (!navigator.onLine) return;
  let wait = Math.random() * Math.min(tries < 20 ? 4_000 : 15_000, 250 * 2 ** tries);
  if (fate === "minute") wait = 60_000 + Math.random() * 5_000;
  if (fate === "now" && steady) wait = 0;
  after("again", wait, connect);
}

/** @param {string} text */
function take(text) {
  const frame = JSON.parse(text);
  if (frame.n !== taken + 1) return lost(0);
  taken = frame.n;
  after("patience", QUIET, () => {
    say({ kind: "ping" });
    after("patience", PATIENCE, () => lost(0));
  });
  ANSWERS[frame.kind]?.(frame);
  if (taken - told >= SEEN_FRAMES) tell();
  else if (taken - told === 1) after("seen", SEEN_WAIT, tell);
}

function tell() {
  clearTimeout(timers.seen);
  if (!socket || told === taken) return;
  told = taken;
  say({ kind: "seen", n: taken });
}

/** @type {Record<string, (frame: any) => void>} */
const ANSWERS = {
  welcome() {
    welcomed = true;
    since = Date.now();
    for (const [topic, { last }] of topics) say({ kind: "follow", topic, after: last });
    for (const [id, { name, body }] of orders) say({ kind: "do", command: name, id, body });
    become("live");
  },
  items({ topic, items, last }) {
    const follower = topics.get(topic);
    if (!follower) return;
    const fresh = items.filter((/** @type {any} */ item) => item.sequence > follower.last);
    follower.last = Math.max(follower.last, last);
    if (fresh.length) follower.items(fresh);
  },
  done({ id, result }) {
    settle(id, result);
  },
  refused(frame) {
    const order = orders.get(frame.id);
    if (order && frame.again && order.tries < TRIES) {
      order.tries += 1;
      after(frame.id, Math.random() * 500 * 2 ** order.tries, () => {
        if (welcomed && orders.has(frame.id)) say({ kind: "do", command: order.name, id: frame.id, body: order.body });
      });
    } else if (order) {
      orders.delete(frame.id);
      order.failed(new Refused(frame));
    } else if (frame.topic && frame.again) {
      after(frame.topic, 1000 + Math.random() * 2000, () => {
        const follower = topics.get(frame.topic);
        if (welcomed && follower) say({ kind: "follow", topic: frame.topic, after: follower.last });
      });
    } else if (frame.topic) {
      const follower = topics.get(frame.topic);
      topics.delete(frame.topic);
      follower?.left(frame.sentence);
    }
  },
  left({ topic }) {
    const follower = topics.get(topic);
    topics.delete(topic);
    follower?.left("");
  },
};

/** Something changed, perhaps for the better: do not wait for the timer to know how the connection is. */
export function hurry() {
  if (document.visibilityState === "hidden" || !navigator.onLine) return;
  if (!socket && topics.size + orders.size > 0 && condition !== "stopped") connect();
  else if (welcomed) {
    say({ kind: "ping" });
    after("patience", PATIENCE, () => lost(0));
  }
}

addEventListener("online", hurry);
addEventListener("focus", hurry);
addEventListener("signedin", hurry);
document.addEventListener("visibilitychange", hurry);
addEventListener("offline", () => lost(0));
addEventListener("pagehide", drop);
addEventListener("pageshow", ({ persisted }) => persisted && hurry());
