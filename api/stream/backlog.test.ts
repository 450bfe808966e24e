import { describe, expect, it } from 'vitest';
import { createBacklogs } from './backlog.ts';

const FRAME = 512; // what each frame counts on top of its bytes
const limits = {
  unreadOfStream: 4096,
  unreadOfStreams: 16_384,
  underWayOfStream: 1_000_000,
  stalledMs: 60_000,
};

describe('what a client has not read yet', () => {
  it('fills up, and has room again once half of it was read', async () => {
    const backlog = createBacklogs(limits)();
    const taken = [1, 2].map(() => backlog.sent(2048 - FRAME));
    expect(backlog.isFull).toBe(true);
    let hasRoom: boolean | undefined;
    const drained = backlog.drained().then((answer) => (hasRoom = answer));
    await Promise.resolve();
    expect(hasRoom).toBeUndefined();
    taken[0]!();
    await drained;
    expect(hasRoom).toBe(true);
    expect(backlog.isFull).toBe(false);
  });

  it('counts many small frames as the memory they take', () => {
    const backlog = createBacklogs(limits)();
    for (let i = 0; i < 8; i++) backlog.sent(1);
    expect(backlog.isFull).toBe(true);
  });

  it('counts what has left this process until the client confirms it', async () => {
    const backlog = createBacklogs({ ...limits, underWayOfStream: 2000 })();
    for (let i = 0; i < 4; i++) backlog.sent(500)();
    expect(backlog.isFull).toBe(true);
    const drained = backlog.drained();
    backlog.arrived(1000);
    expect(await drained).toBe(true);
    expect(backlog.isFull).toBe(false);
  });

  it('is given up after its time, and when the client goes', async () => {
    const open = createBacklogs({ ...limits, stalledMs: 5 });
    const slow = open();
    slow.sent(5000);
    expect(await slow.drained()).toBe(false);
    const gone = createBacklogs(limits)();
    gone.sent(5000);
    const drained = gone.drained();
    gone.close();
    expect(await drained).toBe(false);
    expect(await gone.drained()).toBe(false);
  });
});

describe('what all clients together have not read yet', () => {
  it('costs the client that is behind for longest its stream, and leaves its room to the others', async () => {
    const open = createBacklogs(limits);
    const backlogs = [1, 2, 3, 4].map(() => open());
    const [first, second, third, fourth] = backlogs;
    for (const backlog of [first, second, third]) backlog!.sent(4600);
    const waiting = [second!, first!, third!].map((backlog) => backlog.drained());
    fourth!.sent(4600);
    expect(await waiting[0]).toBe(false);
    expect(await Promise.race([...waiting.slice(1), Promise.resolve('both wait')])).toBe('both wait');
    expect(await open().drained()).toBe(true);
  });

  it('leaves everyone one frame at a time while there is no room', () => {
    const open = createBacklogs({ ...limits, unreadOfStreams: 4096 });
    open().sent(4000);
    const backlog = open();
    expect(backlog.isFull).toBe(false);
    backlog.sent(1);
    expect(backlog.isFull).toBe(true);
  });
});
