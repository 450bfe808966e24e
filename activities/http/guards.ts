import { createUrlGuard, type Resolve, type UrlGuard } from './guard.ts';

/**
 * One guard for each purpose: who names an address decides where it may lead. Public https is open to all of them; only the
 * operator opens more. Addresses that are settings (chains, Kodosumi, the payment service, the planner) pass no guard.
 */
export interface Guards {
  /** The registry and the facilitator, which the operator names. */
  catalogue: UrlGuard;
  /** Services, their checks and their refunds, which catalogues name. */
  sellers: UrlGuard;
  /** Files, which purchasers name. Hosts that are open to services are closed to them. */
  files: UrlGuard;
}

export interface GuardSettings {
  REGISTRY_URL?: string | undefined;
  FACILITATOR_URL?: string | undefined;
  SERVICE_HOSTS: readonly string[];
  /** Of the family that fetches files; nothing private is open without it. */
  FILE_HOSTS?: readonly string[];
}

export function createGuards(settings: GuardSettings, resolve?: Resolve): Guards {
  const { REGISTRY_URL, FACILITATOR_URL, SERVICE_HOSTS, FILE_HOSTS = [] } = settings;
  const how = resolve === undefined ? {} : { resolve };
  return {
    catalogue: createUrlGuard({
      allowHosts: [hostOf(REGISTRY_URL), hostOf(FACILITATOR_URL)].flat(),
      setting: 'REGISTRY_URL or FACILITATOR_URL',
      ...how,
    }),
    sellers: createUrlGuard({ allowHosts: SERVICE_HOSTS, setting: 'SERVICE_HOSTS', ...how }),
    files: createUrlGuard({ allowHosts: FILE_HOSTS, setting: 'FILE_HOSTS', ...how }),
  };
}

/** The host with its port: other ports of the same host stay closed. */
function hostOf(address: string | undefined): string[] {
  if (address === undefined || !URL.canParse(address)) return [];
  const { hostname, port, protocol } = new URL(address);
  return [`${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`];
}
