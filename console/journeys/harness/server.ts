// A real `maquette serve` in a home of its own. It can be stopped and started again: home and port stay.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const python = join(repository, ".venv", "bin", "python");

/** The administrator's password, so that commands copied from the console can be run as they are. */
export const password = "Maquette-journey-1";

const startPatience = 60_000;
const link = /(http:\/\/\S+?)\/sign-in#code=(\S+)/;

export class Server {
  /** "http://127.0.0.1:port", the same after every start. */
  origin = "";
  /** The single-use link of the last start. */
  signInLink = "";
  #process: ChildProcess | null = null;
  #output = "";

  private constructor(readonly folder: string) {}

  static async start(): Promise<Server> {
    // A socket's path must be short, and the runtime folder lies here too.
    const server = new Server(await mkdtemp(join(tmpdir(), "mq-")));
    await server.start();
    return server;
  }

  get home(): string {
    return join(this.folder, "home");
  }

  async start(): Promise<void> {
    const port = this.origin ? new URL(this.origin).port : "0";
    const child = spawn(python, ["-m", "maquette.cli", "serve", "--home", this.home, "--port", port], {
      env: { ...process.env, XDG_RUNTIME_DIR: this.folder, MAQUETTE_ADMIN_PASSWORD: password },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    this.#output = "";
    const [, origin = "", code = ""] = await this.#printed(child, link);
    this.origin = origin;
    this.signInLink = `${origin}/sign-in#code=${code}`;
  }

  /** Stop the server as Ctrl-C does; what it had started goes on, as it promises. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  #printed(child: ChildProcess, wanted: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`maquette serve ${why}:\n${this.#output}`));
      const timer = setTimeout(() => fail(`printed no link within ${startPatience} ms`), startPatience);
      const read = (chunk: Buffer) => {
        this.#output += chunk.toString();
        const found = wanted.exec(this.#output);
        if (!found) return;
        clearTimeout(timer);
        resolve(found);
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("exit", (status) => fail(`ended with ${status}`));
      child.once("error", (error) => fail(error.message));
    });
  }
}
