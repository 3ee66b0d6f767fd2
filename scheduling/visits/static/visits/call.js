// @ts-check
/**
 * One call between two pages: perfect negotiation, told by the server who yields and which epoch it is.
 *
 * An epoch is one meeting of two seats. A new epoch begins with a fresh connection; what belongs to another
 * epoch is dropped, what came twice is dropped, and candidates wait until a description stands. The side that
 * does not yield opens three lines at once: sound, picture, screen. What flows in them changes without another
 * negotiation, so that two offers hardly ever cross; if they do, the side that yields takes its own back.
 */

/** @typedef {{ kind: "offer" | "answer", sdp: string } | { kind: "candidate", candidate: string, mid: string, line: number }
 *   | { kind: "restart" } | { kind: "media", microphone: boolean, camera: boolean, screen: string }} Signal */
/** @typedef {{ epoch: number, n: number, signal: any }} Envelope */
/** @typedef {"idle" | "joining" | "live" | "mending" | "broken"} Line */
/** @typedef {{ microphone: boolean, camera: boolean, screen: string }} Media */
/** @typedef {"microphone" | "camera" | "screen"} Kind */
/** @typedef {{ send: (envelope: Envelope) => void, picture: (stream: MediaStream) => void, screen: (stream: MediaStream | null) => void,
 *   media: (media: Media) => void, line: (line: Line) => void }} Ends */

/** The lines of a call, in the order of their opening. @type {Kind[]} */
const KINDS = ["microphone", "camera", "screen"];
const MEND_AFTER = 2_000;
const MEND_AGAIN = 5_000;
const MENDS = 3;
const OPEN_WITHIN = 12_000;

/** @param {Ends} ends */
export function makeCall(ends) {
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  const mine = { microphone: null, camera: null, screen: null };
  /** @type {ReturnType<typeof connect> | null} */
  let link = null;
  let epoch = 0;
  /** What came for an epoch that this page was not told of yet. @type {Envelope[]} */
  let early = [];
  /** @type {Line} */
  let line = "idle";

  /** @param {Line} next */
  const become = (next) => {
    if (line === next) return;
    line = next;
    ends.line(next);
  };

  return {
    /**
     * Both seats are taken: the call of this epoch begins. Told again, nothing happens.
     * @param {{ epoch: number, polite: boolean, servers: RTCIceServer[] }} meeting
     */
    meet(meeting) {
      if (meeting.epoch <= epoch && link) return link.refresh(meeting.servers);
      link?.close();
      epoch = meeting.epoch;
      link = connect({ ...meeting, mine, ends, become });
      const waited = early;
      early = [];
      for (const envelope of waited) this.take(envelope);
    },
    /** @param {Envelope} envelope */
    take(envelope) {
      if (envelope.epoch > epoch) early.push(envelope);
      else if (envelope.epoch === epoch) link?.take(envelope);
    },
    /**
     * The other side hears or sees this from now on; nothing for null.
     * @param {Kind} kind
     * @param {MediaStreamTrack | null} track
     */
    use(kind, track) {
      mine[kind] = track;
      return link?.use(kind) ?? Promise.resolve();
    },
    /** What the other side is told of microphone, camera and screen, once more. */
    tell() {
      link?.tell();
    },
    /** The path may have changed: look for a new one, the talk goes on meanwhile. */
    mend() {
      link?.mend();
    },
    /** The call stands still until the next epoch. */
    part() {
      link?.close();
      link = null;
      become("idle");
    },
    line: () => line,
    stats: () => link?.stats() ?? Promise.resolve(null),
  };
}

/**
 * The connection of one epoch.
 * @param {{ epoch: number, polite: boolean, servers: RTCIceServer[], mine: Record<Kind, MediaStreamTrack | null>, ends: Ends, become: (line: Line) => void }} given
 */
function connect({ epoch, polite, servers, mine, ends, become }) {
  const peer = new RTCPeerConnection({ iceServers: servers, bundlePolicy: "max-bundle" });
  const theirs = new MediaStream();
  /** @type {Record<Kind, RTCRtpTransceiver | null>} */
  const lines = { microphone: null, camera: null, screen: null };
  /** @type {RTCIceCandidateInit[]} */
  const waiting = [];
  let sent = 0;
  /** @type {Set<number>} */
  const seen = new Set();
  let mediaAt = 0;
  let making = false;
  let ignoring = false;
  let settling = false;
  let closed = false;
  let mends = 0;
  /** @type {Promise<unknown>} One signal at a time, in order. */
  let queue = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Media | null} */
  let told = null;

  /** @param {Signal} signal */
  const send = (signal) => {
    if (!closed) ends.send({ epoch, n: ++sent, signal });
  };

  peer.onnegotiationneeded = async () => {
    // Whoever yields does not open: it answers.
    if (polite && !peer.remoteDescription) return;
    try {
      making = true;
      await peer.setLocalDescription();
      describe();
    } catch {
      if (!closed) watchOver();
    } finally {
      making = false;
    }
  };
  peer.onicecandidate = ({ candidate }) => {
    if (!candidate?.candidate) return;
    send({ kind: "candidate", candidate: candidate.candidate, mid: candidate.sdpMid ?? "", line: candidate.sdpMLineIndex ?? 0 });
  };
  peer.ontrack = ({ track, transceiver }) => {
    const place = peer.getTransceivers().indexOf(transceiver);
    if (KINDS[place] === "screen") theirScreen = { mid: transceiver.mid ?? "", stream: new MediaStream([track]) };
    else if (KINDS[place]) theirs.addTrack(track);
    ends.picture(theirs);
    showScreen();
  };
  peer.onconnectionstatechange = () => watchOver();
  peer.oniceconnectionstatechange = () => watchOver();

  /** @type {{ mid: string, stream: MediaStream } | null} */
  let theirScreen = null;
  let shown = "";
  const showScreen = () => ends.screen(shown && theirScreen?.mid === shown ? theirScreen.stream : null);

  function describe() {
    const local = peer.localDescription;
    if (local && (local.type === "offer" || local.type === "answer")) send({ kind: local.type, sdp: local.sdp });
    tell();
  }

  /** How the path is, and mending it when it stays broken. */
  function watchOver() {
    if (closed) return;
    const state = peer.connectionState;
    clearTimeout(timer);
    if (state === "connected" && peer.iceConnectionState !== "disconnected") {
      mends = 0;
      become("live");
    } else if (state === "failed") {
      become("mending");
      mend();
    } else if (state === "disconnected" || peer.iceConnectionState === "disconnected") {
      become("mending");
      timer = setTimeout(mend, MEND_AFTER);
    } else {
      timer = setTimeout(mend, OPEN_WITHIN);
    }
  }

  function mend() {
    if (closed) return;
    clearTimeout(timer);
    if (peer.connectionState !== "connected" && ++mends > MENDS) {
      become("broken");
      return;
    }
    timer = setTimeout(() => (peer.connectionState === "connected" ? watchOver() : mend()), MEND_AGAIN);
    if (polite) send({ kind: "restart" });
    else if (peer.signalingState === "stable" && peer.remoteDescription) peer.restartIce();
    else describe();
  }

  /**
   * @param {any} signal
   * @param {number} n
   */
  async function obey(signal, n) {
    if (closed) return;
    if (signal.kind === "offer" || signal.kind === "answer") await described(signal);
    else if (signal.kind === "candidate") {
      const candidate = { candidate: signal.candidate, sdpMid: signal.mid, sdpMLineIndex: signal.line };
      if (peer.remoteDescription) await add(candidate);
      else waiting.push(candidate);
    } else if (signal.kind === "restart" && !polite) mendForThem();
    else if (signal.kind === "media" && n > mediaAt) {
      // What was held up on its way says nothing against what is newer.
      mediaAt = n;
      shown = signal.screen;
      ends.media(signal);
      showScreen();
    }
  }

  function mendForThem() {
    if (peer.signalingState === "stable" && peer.remoteDescription) peer.restartIce();
    else describe();
  }

  /** @param {RTCIceCandidateInit} candidate */
  async function add(candidate) {
    try {
      await peer.addIceCandidate(candidate);
    } catch (error) {
      if (!ignoring && !closed) console.info("A candidate was of no use.", error);
    }
  }

  /** @param {{ kind: "offer" | "answer", sdp: string }} description */
  async function described({ kind, sdp }) {
    const ready = !making && (peer.signalingState === "stable" || settling);
    ignoring = !polite && kind === "offer" && !ready;
    if (ignoring || (kind === "answer" && peer.signalingState !== "have-local-offer")) return;
    settling = kind === "answer";
    await peer.setRemoteDescription({ type: kind, sdp });
    settling = false;
    for (const candidate of waiting.splice(0)) await add(candidate);
    if (kind === "answer") return;
    await adopt();
    await peer.setLocalDescription();
    describe();
  }

  /** The side that yields speaks on the lines that the other opened. */
  async function adopt() {
    if (lines.microphone) return;
    for (const [place, open] of peer.getTransceivers().entries()) {
      const kind = KINDS[place];
      if (!kind) break;
      lines[kind] = open;
      open.direction = "sendrecv";
      await open.sender.replaceTrack(mine[kind]);
    }
  }

  /** @param {Kind} kind */
  async function use(kind) {
    await lines[kind]?.sender.replaceTrack(mine[kind]);
    tell();
  }

  /** Only what differs from what was said last. @param {boolean} [again] */
  function tell(again = false) {
    if (!peer.localDescription) return;
    const now = {
      microphone: mine.microphone?.enabled ?? false,
      camera: mine.camera?.enabled ?? false,
      screen: (mine.screen && lines.screen?.mid) || "",
    };
    if (!again && told && JSON.stringify(told) === JSON.stringify(now)) return;
    told = now;
    send({ kind: "media", ...now });
  }

  become("joining");
  if (!polite) {
    for (const kind of KINDS) {
      lines[kind] = peer.addTransceiver(mine[kind] ?? (kind === "microphone" ? "audio" : "video"), { direction: "sendrecv" });
    }
  }
  watchOver();

  return {
    /** @param {Envelope} envelope */
    take({ n, signal }) {
      if (seen.has(n)) return;
      seen.add(n);
      queue = queue.then(() => obey(signal, n)).catch((error) => {
        if (!closed) console.info("A signal was of no use.", error);
      });
    },
    use,
    tell: () => tell(),
    mend() {
      mends = 0;
      mend();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      peer.close();
    },
    /** Later attempts at a path use these servers. @param {RTCIceServer[]} fresh */
    refresh(fresh) {
      if (!closed && fresh.length) peer.setConfiguration({ iceServers: fresh, bundlePolicy: "max-bundle" });
    },
    stats: () => (closed ? Promise.resolve(null) : peer.getStats()),
  };
}

/** @typedef {{ at: number, packets: number, lost: number, frames: number, bytes: number, delay: number, relayed: boolean }} Count */
/** @typedef {"good" | "fair" | "poor" | "none"} Grade */

/**
 * What matters of a report.
 * @param {RTCStatsReport} report
 * @returns {Count}
 */
export function countOf(report) {
  const count = { at: 0, packets: 0, lost: 0, frames: 0, bytes: 0, delay: 0, relayed: false };
  let pair = "";
  report.forEach((one) => {
    if (one.type === "transport" && one.selectedCandidatePairId) pair = one.selectedCandidatePairId;
  });
  report.forEach((one) => {
    count.at = Math.max(count.at, one.timestamp);
    if (one.type === "inbound-rtp") {
      count.packets += one.packetsReceived ?? 0;
      count.lost += Math.max(0, one.packetsLost ?? 0);
      count.frames += one.framesDecoded ?? 0;
      count.bytes += one.bytesReceived ?? 0;
    } else if (one.type === "candidate-pair" && (pair ? one.id === pair : one.nominated)) {
      count.delay = (one.currentRoundTripTime ?? 0) * 1000;
      const ends = [report.get(one.localCandidateId), report.get(one.remoteCandidateId)];
      count.relayed = ends.some((end) => end?.candidateType === "relay");
    }
  });
  return count;
}

/**
 * The grade of the time between two counts.
 * @param {Count} before
 * @param {Count} now
 * @returns {Grade}
 */
export function grade(before, now) {
  const packets = now.packets - before.packets;
  const lost = now.lost - before.lost;
  if (packets <= 0) return "none";
  const share = Math.max(0, lost) / (packets + Math.max(0, lost));
  if (share > 0.08 || now.delay > 600) return "poor";
  if (share > 0.025 || now.delay > 300) return "fair";
  return "good";
}
