import { createUrlGuard, type Resolve, type UrlGuard } from './guard.ts';

/**
 * Who names an address decides what it may lead to, so there is one guard for each purpose. Public https is open to all of
 * them; what else is, only the operator says. Addresses that are settings themselves (chains, Kodosumi, the payment service,
 * the planner) are called as they are set, and by nobody else's word.
 */
export interface Guards {
  /** The registry and the facilitator, which the operator names. */
  catalogue: UrlGuard;
  /** Services, their checks and their refunds: catalogues name them. */
  sellers: UrlGuard;
  /** Files, which purchasers name. What is open to sellers is not open to them. */
  files: UrlGuard;
}

export interface GuardSettings {
  REGISTRY_URL?: string | undefined;
  FACILITATOR_URL?: string | undefined;
  SERVICE_HOSTS: readonly string[];
  FILE_HOSTS: readonly string[];
}

export function createGuards(settings: GuardSettings, resolve?: Resolve): Guards {
  const { REGISTRY_URL, FACILITATOR_URL, SERVICE_HOSTS, FILE_HOSTS } = settings;
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

/** With the port that is meant: the others of the host are somebody else's. */
function hostOf(address: string | undefined): string[] {
  if (address === undefined || !URL.canParse(address)) return [];
  const { hostname, port, protocol } = new URL(address);
  return [`${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`];
}
