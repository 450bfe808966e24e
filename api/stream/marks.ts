import type { WebSocket } from 'ws';

const EVERY = 64 * 1024;

/**
 * Sends a ping after every 64 KiB; its answer shows that the client has read up to there. Without them a client that reads
 * nothing looks fine: the system buffers megabytes for it.
 */
export function createMarks(client: WebSocket, arrived: (bytes: number) => void): (bytes: number) => void {
  const marks: { name: string; bytes: number }[] = [];
  let unmarked = 0;
  let made = 0;
  client.on('pong', (data) => {
    const answered = marks.findIndex(({ name }) => name === data.toString('latin1'));
    for (const { bytes } of marks.splice(0, answered + 1)) arrived(bytes); // it also answers the pings before it
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
