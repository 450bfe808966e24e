import { USER, type Bench } from '../bench.ts';
import { FREE_REQUEST } from '../free-plan.ts';
import { closedLoop, paced } from '../harness/load.ts';
import { round, type Spread } from '../harness/quantiles.ts';
import { watched } from '../harness/quiet.ts';
import { processesOf } from '../harness/process-tree.ts';
import { stewardHttp } from './contenders.ts';

export interface DeliveryResult {
  /** Runs that were approved a second: half of what the API carries. */
  runsPerSecond: number;
  runs: number;
  /** From the event's own time, set before its commit, to its arrival at the run's WebSocket. */
  delayMs: Spread;
  foreignCores: number;
}

export interface SocketsResult {
  idle: number;
  busy: number;
  connectMs: number;
  /** Memory of the API's process that one idle socket took. */
  kilobytesPerSocket: number;
  lost: number;
  delivery: DeliveryResult;
}

/** The highest rate that the API carries, for sections that run at half of it. */
export async function maximumRate(bench: Bench): Promise<number> {
  const http = stewardHttp(bench, FREE_REQUEST);
  const { elapsedMs, latencies } = await http.load(bench.quick ? 40 : 150, 50);
  return (latencies.length * 1000) / elapsedMs;
}

/** From commit to WebSocket at half the maximum rate, with one socket for each run. */
export async function measureDelivery(bench: Bench, maxRate: number): Promise<DeliveryResult> {
  const runs = bench.quick ? 40 : 250;
  return deliver(bench, runs, maxRate / 2);
}

/** The same with ten thousand more sockets, on runs that nobody decides about. */
export async function measureSockets(bench: Bench, maxRate: number): Promise<SocketsResult> {
  const idle = bench.quick ? 2000 : 10_000;
  const sockets = await bench.sockets();
  const parked = await waitingRuns(bench, 20);
  const before = memory(bench);
  const paths = Array.from(
    { length: idle },
    (_, index) => `/workflows/${parked[index % parked.length]}/stream`,
  );
  const { elapsedMs } = await sockets.ask<{ elapsedMs: number }>('open', {
    baseUrl: bench.steward.info.url,
    paths,
    measured: false,
  });
  const kilobytesPerSocket = round((memory(bench) - before) / idle / 1024, 1);
  bench.say(`  ${idle} sockets opened in ${Math.round(elapsedMs)} ms, ${kilobytesPerSocket} KB each`);
  const delivery = await deliver(bench, bench.quick ? 40 : 100, maxRate / 2);
  const { open, lost } = await sockets.ask<{ open: number; lost: number }>('collect');
  return {
    idle: open,
    busy: delivery.runs,
    connectMs: Math.round(elapsedMs),
    kilobytesPerSocket,
    lost,
    delivery,
  };
}

async function deliver(bench: Bench, runs: number, runsPerSecond: number): Promise<DeliveryResult> {
  const sockets = await bench.sockets();
  const ids = await waitingRuns(bench, runs);
  const paths = ids.map((id) => `/workflows/${id}/stream`);
  await sockets.ask('open', { baseUrl: bench.steward.info.url, paths, measured: true });
  await sockets.ask('collect');
  const { stretch } = await watched(() =>
    bench.withFeed((feed) =>
      paced(ids, runsPerSecond, async (id) => {
        await bench.client.approve(id);
        await feed.next(id, 'run.completed');
      }),
    ),
  );
  const { delays, ended } = await sockets.ask<{ delays: Spread; ended: number }>('collect');
  if (ended < runs) throw new Error(`${runs - ended} of ${runs} sockets did not see their run end.`);
  bench.say(
    `  delivery at ${runsPerSecond.toFixed(1)} runs/s: p50 ${delays.p50} ms, p99 ${delays.p99} ms of ${delays.count} events`,
  );
  return {
    runsPerSecond: round(runsPerSecond, 1),
    runs,
    delayMs: delays,
    foreignCores: stretch.foreignCores,
  };
}

/** Runs that have a plan and wait for approval. */
async function waitingRuns({ client, withFeed }: Bench, count: number): Promise<string[]> {
  const ids: string[] = [];
  await withFeed((feed) =>
    closedLoop(count, 10, async () => {
      const id = await client.create(FREE_REQUEST, USER);
      await feed.next(id, 'approval.requested');
      ids.push(id);
    }),
  );
  return ids;
}

const memory = ({ steward }: Bench): number =>
  processesOf(steward.pid).find(({ pid }) => pid === steward.pid)!.rssBytes;
