// The English texts, one namespace per file and feature: they are the type of every key. Chinese must have the same
// keys (a test holds this). To add a namespace: a file in en/ and zh-CN/, a line here and a line in chinese.ts.
import common from "./en/common.json";
import datasets from "./en/datasets.json";
import files from "./en/files.json";
import overview from "./en/overview.json";
import picker from "./en/picker.json";
import session from "./en/session.json";
import tasks from "./en/tasks.json";

export const english = { common, datasets, files, overview, picker, session, tasks };
export type Resources = typeof english;
export type Namespace = keyof Resources;
