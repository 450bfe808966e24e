import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { inject } from 'vitest';
import { loadConfig } from '../../../families/config.ts';
import { startApplication, type Application } from '../../../processes/application.ts';
import { ask } from '../../api/support/api.ts';
import { freshDatabase, type FreshDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { uniqueTaskQueue } from '../../support/temporal.ts';
import { startTestProvider, type TestProvider } from './provider.ts';

const ADDRESS = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';

export type Answer = Awaited<ReturnType<typeof ask>>;

/** The whole product in mock mode with one provider for all four services. */
export interface MockStack {
  app: Application;
  taskQueue: string;
  database: FreshDatabase;
  provider: TestProvider;
  agentsFile: string;
  servicesFile: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
  put(path: string, body: object): Promise<Answer>;
  chat(agent: string, message: string, more?: object): Promise<Answer>;
  stop(): Promise<void>;
}

export const AGENTS = `
treasury: { mockBalance: 180.0, lowBalance: 20.0, highReserve: 0.5 }
agents:
  - { id: user-agent, priority: HIGH, dailyBudget: 100.0, maxPerCall: 10.0 }
  - { id: batch-agent, priority: LOW, dailyBudget: 50.0, maxPerCall: 2.0 }
  - { id: ops-agent, priority: MEDIUM, dailyBudget: 30.0, maxPerCall: 5.0 }
`;

export const services = (url: string): string => `
services:
  - { id: IMAGE_GEN_PREMIUM, unitPrice: 1.0, providerAddress: "${ADDRESS}", active: true, url: "${url}" }
  - { id: PRICE_ORACLE, unitPrice: 0.05, providerAddress: "${ADDRESS}", active: true, url: "${url}" }
  - { id: BATCH_COMPUTE, unitPrice: 3.0, providerAddress: "${ADDRESS}", active: true, url: "${url}" }
  - { id: LOG_ARCHIVE, unitPrice: 0.01, providerAddress: "${ADDRESS}", active: true, url: "${url}" }
`;

export async function startMockStack(
  name: string,
  settings: Record<string, string> = {},
  agents = AGENTS,
): Promise<MockStack> {
  const folder = temporaryFolder(name);
  const provider = await startTestProvider();
  const [agentsFile, servicesFile] = [join(folder, 'agents.yaml'), join(folder, 'services.yaml')];
  writeFileSync(agentsFile, agents);
  writeFileSync(servicesFile, services(provider.url));
  const database = await freshDatabase();
  const taskQueue = uniqueTaskQueue(name);
  const config = loadConfig({
    PORT: '0',
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: inject('temporalNamespace'),
    TASK_QUEUE: taskQueue,
    STEWARD_DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
    RATE_LIMIT_PER_MINUTE: '0',
    VALIDATE_RESPONSES: 'on',
    POLICY_CONFIG_PATH: agentsFile,
    SERVICE_CONFIG_PATH: servicesFile,
    WORKER_DRAIN_MS: '1000',
    ...settings,
  });
  const app = await startApplication(config, pino({ level: process.env['OMNI_LOG'] ?? 'silent' }));
  const api = { url: app.url };
  const post = (path: string, body: object = {}): Promise<Answer> => ask(api, path, { method: 'POST', body });
  return {
    app,
    taskQueue,
    database,
    provider,
    agentsFile,
    servicesFile,
    get: (path) => ask(api, path),
    post,
    put: (path, body) => ask(api, path, { method: 'PUT', body }),
    chat: (agent, message, more = {}) => post('/chat', { agent_id: agent, message, ...more }),
    async stop() {
      await app.stop();
      await provider.close();
      await database.drop();
    },
  };
}
