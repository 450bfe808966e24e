import type { WebSocket } from 'ws';

const EVERY = 64 * 1024;

/**
 * Learns what a client has taken from its answers to pings sent in between: the system takes megabytes for a client that reads
 * nothing, and does not say so.
 */
export function createMarks(client: WebSocket, arrived: (bytes: number) => void): (bytes: number) => void {
  const marks: { name: string; bytes: number }[] = [];
  let unmarked = 0;
  let made = 0;
  client.on('pong', (data) => {
    const answered = marks.findIndex(({ name }) => name === data.toString('latin1'));
    for (const { bytes } of marks.splice(0, answered + 1)) arrived(bytes); // an answer stands for those before it
  });
  return (bytes) => {
    unmarked += bytes;
    if (unmarked < EVERY) return;
    const name = `mark ${(made += 1)}`;
    marks.push({ name, bytes: unmarked });
    unmarked = 0;
    client.ping(name);
  };
}
