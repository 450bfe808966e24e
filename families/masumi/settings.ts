import type { Values } from '../../config/settings.ts';
import { isFlowSetting } from '../../domain/masumi/flow-key.ts';
import { MasumiSettings } from '../../schemas/families/masumi/settings.ts';
import type { FamilySettings } from '../define.ts';

/** Two names for the payment service; a URL never goes with the key of the other (masumi.md, "Config"). */
const NODE_PAIRS = [
  ['PAYMENT_SERVICE_URL', 'PAYMENT_API_KEY'],
  ['MASUMI_NODE_URL', 'MASUMI_API_KEY'],
] as const;

function nodeOf(values: Values): Values {
  const pair = NODE_PAIRS.find(([url, key]) => values[url] !== undefined && values[key] !== undefined);
  return pair === undefined ? {} : { PAYMENT_SERVICE_URL: values[pair[0]], PAYMENT_API_KEY: values[pair[1]] };
}

/** The family's settings; those of single flows are told apart by their names. */
export const settings: FamilySettings<MasumiSettings> = {
  title: 'Agents sold over MIP-003',
  shape: MasumiSettings.shape,
  aliases: [{ alias: 'NETWORK', name: 'MASUMI_NETWORK', ifUsable: true }],
  derive: nodeOf,
  open: { name: 'FLOW_SETTINGS', owns: isFlowSetting },
};
