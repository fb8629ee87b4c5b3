// Requests as command lines for a POSIX shell: what the console does, for readers who want to script it.

export interface CurlRequest {
  method: string;
  url: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as form fields; a value that begins with "@" is a file. */
  form?: Record<string, string>;
}

/** Quote for sh: single quotes, in which nothing is special but the quote itself. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The command line of one request; the token is expected in $TOKEN. */
export function curlCommand({ method, url, body, form }: CurlRequest): string {
  const lines = [`curl -X ${method} ${shellQuote(url)}`, `-H "X-Auth-Token: $TOKEN"`];
  if (body !== undefined) {
    lines.push("-H 'Content-Type: application/json'");
    lines.push(`-d ${shellQuote(JSON.stringify(body, null, 2))}`);
  }
  for (const [name, value] of Object.entries(form ?? {})) lines.push(`-F ${shellQuote(`${name}=${value}`)}`);
  return lines.join(" \\\n  ");
}

export interface TokenRequest {
  origin: string;
  user: string;
  domain: string;
  projectId: string;
}

/** Two commands that leave a token in $TOKEN; the password is read without being shown or kept in the history. */
export function tokenCommand({ origin, user, domain, projectId }: TokenRequest): string {
  const identity = { methods: ["password"], password: { user: { name: user, password: "PASSWORD", domain: { name: domain } } } };
  const text = JSON.stringify({ auth: { identity, scope: { project: { id: projectId } } } });
  // The password comes from a variable: the quotes are left around it.
  const body = shellQuote(text).replace('"PASSWORD"', `"'"$PASSWORD"'"`);
  return [
    "printf 'Password: '; stty -echo; read -r PASSWORD; stty echo; echo",
    [
      `TOKEN=$(curl -s -o /dev/null -D - -X POST ${shellQuote(`${origin}/v3/auth/tokens`)}`,
      "-H 'Content-Type: application/json'",
      `-d ${body} | tr -d '\\r' | sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: //p')`,
    ].join(" \\\n  "),
  ].join("\n");
}
