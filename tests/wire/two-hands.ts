/**
 * What a flow says is written down by the task that follows all flows, what its job does by the job itself. While an answer is handed
 * over, each writes on its own, so that the order is certain within each alone. Here the flow's events come before the job's two
 * that tell of the answer. The numbers stay in their row, so gaps and repetitions still show.
 */
export function flowFirst(frames: readonly string[]): string[] {
  const ordered: string[] = [];
  for (const frame of frames) {
    let at = ordered.length;
    if (isOfFlow(frame)) while (at > 0 && tellsOfAnswer(ordered[at - 1]!)) at -= 1;
    ordered.splice(at, 0, frame);
  }
  return ordered.map((frame, index) => frame.replace(NUMBER, NUMBER.exec(frames[index]!)?.[0] ?? '$&'));
}

const NUMBER = /"seq":\d+/;

const isOfFlow = (frame: string): boolean => frame.includes('"data":{"step":"flow","kodosumi":{');

const tellsOfAnswer = (frame: string): boolean =>
  /"type":"(?:input\.received|run\.running)","data":\{[^}]*"lock":/.test(frame);
