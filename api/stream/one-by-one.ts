import type { RawData, WebSocket } from 'ws';

/**
 * Answers one message after the other. Meanwhile the socket is not read, so a client that sends too fast, or does not read
 * its answers, waits. At most `most` messages that had already arrived are kept; `flooded` is called when there are more.
 * `settled` resolves once no message waits for its answer.
 */
export function takeOneByOne(
  client: WebSocket,
  most: number,
  answer: (data: RawData, isBinary: boolean) => Promise<string>,
  flooded: () => void,
): { settled(): Promise<void> } {
  const waiting: [RawData, boolean][] = [];
  let isBusy = false;
  let working: Promise<void> = Promise.resolve();
  const work = async (): Promise<void> => {
    isBusy = true;
    while (waiting.length > 0 && client.readyState === client.OPEN)
      await deliver(client, await answer(...waiting.shift()!));
    isBusy = false;
    client.resume();
  };
  client.on('message', (...message) => {
    if (client.readyState !== client.OPEN) return;
    client.pause();
    if (waiting.push(message) > most) flooded();
    else if (!isBusy) working = work();
  });
  return { settled: () => working };
}

/** Sends a text and waits until it has left this process. */
function deliver(client: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => client.send(text, () => resolve()));
}
