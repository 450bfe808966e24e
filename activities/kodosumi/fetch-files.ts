import type { JobInputs } from '../../db/masumi/jobs.ts';
import { EngineError } from '../../domain/errors.ts';
import type { FormErrors } from '../../domain/masumi/ports/forms.ts';
import type { FlowFile, Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import type { JsonObject } from '../../schemas/core/json.ts';

/** Gets one file from an address that a purchaser gave: https, public hosts, a size limit. */
export type FetchFile = (url: string) => Promise<FlowFile>;

/** The values for Kodosumi, and what was uploaded for them, in the order of the form's fields. */
export interface Ready {
  values: JsonObject;
  uploads: string[];
}

/** Files are fetched and handed over first (masumi.md 1.3, "file"); or else what cannot be fetched is told. */
export async function withFiles(
  kodosumi: Kodosumi,
  fetchFile: FetchFile,
  { values, files }: JobInputs,
): Promise<Ready | { errors: FormErrors }> {
  const all: JsonObject = { ...values };
  const uploads: string[] = [];
  const taken = new Set<string>();
  for (const { name, urls } of files) {
    const fetched = await fetchAll(fetchFile, urls);
    if ('refused' in fetched) return { errors: { [name]: [fetched.refused] } };
    const upload = await kodosumi.upload(fetched.files, taken);
    all[name] = upload;
    uploads.push(upload);
  }
  return { values: all, uploads };
}

async function fetchAll(
  fetchFile: FetchFile,
  urls: readonly string[],
): Promise<{ files: FlowFile[] } | { refused: string }> {
  const files: FlowFile[] = [];
  try {
    for (const url of urls) files.push(await fetchFile(url));
    return { files };
  } catch (error) {
    if (error instanceof EngineError) return { refused: error.message };
    throw error;
  }
}
