import type { ServiceDefinition } from './definition.ts';
import { formatUsdc, type Prices } from './prices.ts';

/** Calls of one service since it started. */
interface Measured {
  calls: number;
  failures: number;
  totalMs: number;
}

/** What the registry says about a service; `pricePerCall` is in whole `currency`, `compensation` undoes a call. */
export interface RegisteredService {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly category: string;
  readonly pricePerCall: number;
  readonly currency: string;
  readonly capabilities: readonly string[];
  readonly reputationScore: number;
  readonly uptimePercentage: number;
  readonly averageResponseTime: number;
  readonly totalCalls: number;
  readonly owner: string;
  readonly verified: boolean;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema: Readonly<Record<string, unknown>>;
  readonly compensation?: {
    readonly url: string;
    readonly method: string;
    readonly inputMapping: Readonly<Record<string, string>>;
  };
}

export interface Registry {
  list(baseUrl: string, category?: string): RegisteredService[];
  /** Counts a call that reached the service's handler. */
  measure(id: string, ms: number, status: number): void;
}

/** Uptime and response time are measured from the first call on. Before it they are what the seller promises. */
export function createRegistry(
  services: readonly ServiceDefinition[],
  prices: Prices,
  ownerOf: (service: ServiceDefinition) => string,
): Registry {
  const measured = new Map<string, Measured>();
  const describe = (service: ServiceDefinition, baseUrl: string): RegisteredService => {
    const { calls, failures, totalMs } = measured.get(service.id) ?? { calls: 0, failures: 0, totalMs: 0 };
    const { id, name, description, method, category, capabilities, reputationScore, verified, compensation } =
      service;
    return {
      id,
      name,
      description,
      url: `${baseUrl}${service.path}`,
      method,
      category,
      pricePerCall: Number(formatUsdc(prices.of(service))),
      currency: 'USDC',
      capabilities,
      reputationScore,
      uptimePercentage: calls === 0 ? 100 : Math.round((1 - failures / calls) * 10_000) / 100,
      averageResponseTime: calls === 0 ? service.expectedMs : Math.round(totalMs / calls),
      totalCalls: calls,
      owner: ownerOf(service),
      verified,
      inputSchema: service.inputSchema,
      outputSchema: service.outputSchema,
      ...(compensation && {
        compensation: {
          url: `${baseUrl}${compensation.path}`,
          method: compensation.method,
          inputMapping: compensation.inputMapping,
        },
      }),
    };
  };
  return {
    list: (baseUrl, category) =>
      services
        .filter((service) => category === undefined || service.category === category)
        .map((service) => describe(service, baseUrl)),
    measure(id, ms, status) {
      const { calls, failures, totalMs } = measured.get(id) ?? { calls: 0, failures: 0, totalMs: 0 };
      measured.set(id, {
        calls: calls + 1,
        failures: failures + (status >= 500 ? 1 : 0),
        totalMs: totalMs + ms,
      });
    },
  };
}
