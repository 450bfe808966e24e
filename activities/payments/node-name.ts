/** The host of a node's address. Its path, query and user name may hold keys. */
export const nodeName = (rpcUrl: string): string =>
  URL.canParse(rpcUrl) ? new URL(rpcUrl).host : 'the configured node';

/** An error's message with addresses cut down to their hosts: chain libraries quote the whole address that they asked. */
export const nodeErrorMessage = (error: unknown): string =>
  withoutAddresses(error instanceof Error ? error.message : String(error));

const withoutAddresses = (text: string): string =>
  text.replaceAll(/\b(?:https?|wss?):\/\/[^\s"'`<>)\]}]+/gi, (address) => nodeName(address));
