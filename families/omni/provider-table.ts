import { BATCH_COMPUTE, LOG_ARCHIVE } from '../../domain/omni/config.ts';
import { IMAGE_GEN, PRICE_ORACLE } from '../../domain/omni/tools.ts';
import type { OmniSettings } from '../../schemas/families/omni/settings.ts';

/** The services whose providers the local stack has stand-ins for; `name` is that of the manifest's addresses. */
export const PROVIDERS = [
  { id: IMAGE_GEN, name: 'Image generator', url: 'IMAGE_GEN_URL', port: 'IMAGE_GEN_PORT' },
  { id: PRICE_ORACLE, name: 'Price oracle', url: 'PRICE_ORACLE_URL', port: 'PRICE_ORACLE_PORT' },
  { id: BATCH_COMPUTE, name: 'Batch computer', url: 'BATCH_COMPUTE_URL', port: 'BATCH_COMPUTE_PORT' },
  { id: LOG_ARCHIVE, name: 'Log archive', url: 'LOG_ARCHIVE_URL', port: 'LOG_ARCHIVE_PORT' },
] as const;

/** Ports of the providers that no setting says the address of. */
export const standInPorts = (config: OmniSettings) =>
  PROVIDERS.filter(({ url }) => config[url] === undefined).map(({ name, port }) => ({
    name: `${name} stand-in`,
    port: config[port],
    setting: port,
  }));
