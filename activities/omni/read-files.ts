import { getAddress } from 'ethers';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { AgentConfig, OmniConfig, ServiceConfig, ToolConfig } from '../../domain/omni/config.ts';
import { fromMnee } from '../../domain/omni/money.ts';
import { ORIGINAL_TOOLS } from '../../domain/omni/tools.ts';
import { AgentsFile, Digits, ServicesFile, type FileProblem } from '../../schemas/families/omni/files.ts';
import { readYaml, type FileRead } from './read-yaml.ts';

/** Where the two files are, and where providers are instead of what the file says, by service. */
export interface OmniFiles {
  agents: string;
  services: string;
  urls: Readonly<Record<string, string | undefined>>;
}

/** `hash` changes when what the files mean changes. */
export type OmniRead =
  | { ok: true; config: OmniConfig; hash: string }
  | { ok: false; problems: FileProblem[] };

const ALERTS = [0.5, 0.8, 1];

/** Reads agents.yaml and services.yaml (omni.md, section 2). All problems of both are told at once. */
export async function readOmniFiles({ agents, services, urls }: OmniFiles): Promise<OmniRead> {
  const [ofAgents, ofServices] = await Promise.all([
    readYaml(agents, AgentsFile),
    readYaml(services, ServicesFile),
  ]);
  const problems = [...problemsOf(ofAgents), ...problemsOf(ofServices)];
  if (!ofAgents.ok || !ofServices.ok) return { ok: false, problems };
  const late = lateProblems(basename(services), ofServices.value);
  if (late.length > 0) return { ok: false, problems: late };
  const config = configOf(ofAgents.value, ofServices.value, urls);
  return { ok: true, config, hash: hashOf(config) };
}

const problemsOf = (read: FileRead<unknown>): FileProblem[] => (read.ok ? [] : read.problems);

/** What only a library or a look at the whole file can tell. */
function lateProblems(file: string, { services }: ServicesFile): FileProblem[] {
  const names = services.map(({ id, tool }) => tool?.name ?? ORIGINAL_TOOLS[id]?.name);
  return services.flatMap(({ providerAddress }, at) => {
    const address = addressProblem(providerAddress);
    const name = names[at];
    const isTwice = name !== undefined && names.indexOf(name) !== at;
    return [
      ...(address === undefined
        ? []
        : [{ file, line: 1, path: `services[${at}].providerAddress`, message: address }]),
      ...(isTwice
        ? [{ file, line: 1, path: `services[${at}].tool.name`, message: `${name} is another service's tool` }]
        : []),
    ];
  });
}

function addressProblem(address: string): string | undefined {
  try {
    return BigInt(getAddress(address)) === 0n ? 'must not be the zero address' : undefined;
  } catch {
    return `must be 0x and 40 hex digits with a right checksum, not ${JSON.stringify(address.slice(0, 60))}`;
  }
}

function configOf(
  { treasury = {}, risk, agents }: AgentsFile,
  { services }: ServicesFile,
  urls: OmniFiles['urls'],
): OmniConfig {
  const { mockBalance = '180', lowBalance = '20', highReserve = 0.5 } = treasury;
  return {
    treasury: {
      mockBalance: fromMnee(mockBalance),
      lowBalance: fromMnee(lowBalance),
      highReserve: Math.round(highReserve * 10_000),
    },
    burst: risk?.burst ?? false,
    agents: agents.map(agentOf),
    services: services.map((service) => serviceOf(service, urls[service.id])),
  };
}

const agentOf = (agent: AgentsFile['agents'][number]): AgentConfig => ({
  id: agent.id,
  priority: agent.priority,
  dailyBudget: fromMnee(agent.dailyBudget),
  maxPerCall: fromMnee(agent.maxPerCall),
  rollover: {
    enabled: agent.rollover?.enabled ?? false,
    cap: agent.rollover?.cap == null ? null : fromMnee(agent.rollover.cap),
  },
  alerts: agent.alerts ?? ALERTS,
});

function serviceOf(service: ServicesFile['services'][number], url = service.url): ServiceConfig {
  const { id, maxDailySpending, allowedAgents, tool } = service;
  const own = tool === undefined ? ORIGINAL_TOOLS[id] : toolOf(tool);
  return {
    id,
    unitPrice: fromMnee(service.unitPrice),
    providerAddress: getAddress(service.providerAddress),
    active: service.active,
    url: url.replace(/\/+$/, ''),
    isVerified: service.isVerified,
    metadataURI: service.metadataURI,
    ...(maxDailySpending != null && { maxDailySpending: fromMnee(maxDailySpending) }),
    ...(allowedAgents != null && { allowedAgents }),
    blockedAgents: service.blockedAgents,
    ...(own !== undefined && { tool: own }),
  };
}

const toolOf = (tool: NonNullable<ServicesFile['services'][number]['tool']>): ToolConfig => ({
  name: tool.name,
  description: tool.description,
  method: tool.method,
  path: tool.path,
  inputSchema: withNumbers(tool.input_schema) as ToolConfig['inputSchema'],
});

/** A schema's own numbers are bounds, which doubles hold. */
function withNumbers(value: unknown): unknown {
  if (value instanceof Digits) return Number(value.text);
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNumbers(inner)]));
}

const hashOf = (config: OmniConfig): string =>
  createHash('sha256')
    .update(
      JSON.stringify(config, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
    )
    .digest('hex');
