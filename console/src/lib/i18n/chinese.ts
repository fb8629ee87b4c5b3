// The Chinese texts; loaded only when Chinese is chosen. The type makes a missing key a compile error.
import common from "./zh-CN/common.json";
import datasets from "./zh-CN/datasets.json";
import files from "./zh-CN/files.json";
import overview from "./zh-CN/overview.json";
import picker from "./zh-CN/picker.json";
import session from "./zh-CN/session.json";
import tasks from "./zh-CN/tasks.json";
import type { Resources } from "./resources";

export const chinese: Resources = { common, datasets, files, overview, picker, session, tasks };
