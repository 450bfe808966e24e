/** Messages by field name, as Kodosumi refuses a form. Those under `_global_` are about the whole form. */
export type FormErrors = { [field: string]: string[] };
