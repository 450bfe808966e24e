import { createChainLook } from '../../activities/omni/chain-receipt.ts';
import { readOmniFiles } from '../../activities/omni/read-files.ts';
import { createOmni } from '../../api/families/omni/index.ts';
import type { FamilyModule } from '../../api/family.ts';
import { DEFAULT_TENANT } from '../../domain/tenants.ts';
import type { OmniSettings } from '../../schemas/families/omni/settings.ts';
import { filesOf } from '../../workers/families/omni.ts';
import type { ApiContext } from '../define.ts';

/** The family's routes, from the environment. */
export const createApi = ({ config }: ApiContext<OmniSettings>): FamilyModule =>
  createOmni({
    taskQueue: config.TASK_QUEUE,
    tenant: DEFAULT_TENANT,
    chat: {
      maxTimeMs: config.OMNI_MAX_TIME_MS,
      callTimeoutMs: config.CALL_TIMEOUT_MS,
      queueWaitMs: config.OMNI_QUEUE_WAIT_MS,
      places: config.OMNI_CHATS_PER_AGENT,
      reconcileIntervalMs: config.RECONCILE_INTERVAL_MS,
      reconcileGiveUpMs: config.RECONCILE_GIVE_UP_MS,
    },
    chatWaitMs: config.OMNI_CHAT_WAIT_MS,
    healthEveryMs: config.OMNI_HEALTH_EVERY_MS,
    readFiles: () => readOmniFiles(filesOf(config)),
    lookAtChain:
      config.EVM_RPC_URL === undefined || config.EVM_ROUTER_ADDRESS === undefined
        ? undefined
        : createChainLook({
            rpcUrl: config.EVM_RPC_URL,
            chainId: config.EVM_CHAIN_ID,
            router: config.EVM_ROUTER_ADDRESS,
          }),
  });
