// @ts-check
/** How good the line is, in a word, from what the browser counts. Pure. */

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
