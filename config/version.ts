import manifest from '../package.json' with { type: 'json' };

/** The version every answer and document names. */
export const VERSION: string = manifest.version;
