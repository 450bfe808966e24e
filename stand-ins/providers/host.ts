/**
 * One child process for the four providers that agents of the omni family pay: images, prices, batch jobs and logs, each on a
 * port of its own and only where no real one is given. Settings come as one JSON argument. Ready message: {type, urls}.
 */
import { join } from 'node:path';
import { batchComputer } from './batch-computer.ts';
import type { ProviderDefinition } from './definition.ts';
import { imageGenerator } from './image-generator.ts';
import { logArchive } from './log-archive.ts';
import { priceOracle } from './price-oracle.ts';
import { startProvider, type ProviderChain } from './server.ts';

export interface ProvidersSettings {
  /** Where each provider listens, by its service's id. */
  ports: Readonly<Record<string, number>>;
  /** Without it payments are made up. */
  chain?: ProviderChain | undefined;
  dir?: string | undefined;
  priceSeed: string;
}

const definitions = (priceSeed: string): ProviderDefinition[] => [
  imageGenerator,
  priceOracle(priceSeed),
  batchComputer(),
  logArchive,
];

async function run({ ports, chain, dir, priceSeed }: ProvidersSettings): Promise<void> {
  const wanted = definitions(priceSeed).filter(({ id }) => ports[id] !== undefined);
  const started = await Promise.all(
    wanted.map(async (definition) => {
      const own = dir && join(dir, definition.id.toLowerCase());
      const { url, stop } = await startProvider({ definition, port: ports[definition.id]!, chain, dir: own });
      return { id: definition.id, url, stop };
    }),
  );
  const end = async (): Promise<void> => {
    await Promise.all(started.map(({ stop }) => stop()));
    process.exit(0);
  };
  for (const reason of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(reason, () => void end());
  const urls = Object.fromEntries(started.map(({ id, url }) => [id, url]));
  process.send?.({ type: 'ready', urls }, undefined, undefined, () => undefined); // a parent that is gone also disconnects
}

await run(JSON.parse(process.argv[2] ?? '{"ports":{},"priceSeed":""}') as ProvidersSettings);
