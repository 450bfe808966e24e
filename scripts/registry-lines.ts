import { toMnee } from '../domain/omni/money.ts';
import type { Compared } from '../families/omni/registry.ts';

/** One line for each service: what the registry has, and what the file says where that differs. */
export function registryLines(compared: readonly Compared[]): string[] {
  return compared.map(({ service, entry, differs }) => {
    if (entry === undefined) return `${service.id}  is not registered; the file says ${told(service)}`;
    if (differs.length === 0) return `${service.id}  as the file says: ${told(service)}`;
    const changes = differs.map((name) => `${name} ${show(entry[name])}, in the file ${show(service[name])}`);
    return `${service.id}  differs: ${changes.join('; ')}`;
  });
}

type Told = Pick<Compared['service'], 'unitPrice' | 'providerAddress' | 'active'>;

const told = ({ unitPrice, providerAddress, active }: Told): string =>
  `${toMnee(unitPrice)} MNEE to ${providerAddress}${active ? '' : ', not active'}`;

const show = (value: bigint | string | boolean): string =>
  typeof value === 'bigint' ? `${toMnee(value)} MNEE` : JSON.stringify(value);
