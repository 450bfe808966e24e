import type { RawData, WebSocket } from 'ws';

/**
 * Hands over one message after the other. Who sends faster than it is answered, or does not read its answers, waits in its own
 * socket; what had arrived by then may be `most` messages, else `flooded` is called.
 */
export function takeOneByOne(
  client: WebSocket,
  most: number,
  answer: (data: RawData, isBinary: boolean) => Promise<string>,
  flooded: () => void,
): void {
  const waiting: [RawData, boolean][] = [];
  let isBusy = false;
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
    else if (!isBusy) void work();
  });
}

/** Sends a text and waits until it has left this process. */
function deliver(client: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => client.send(text, () => resolve()));
}
