// The Chinese texts; loaded only when Chinese is chosen. The type makes a missing key a compile error.
import audit from "./zh-CN/audit.json";
import common from "./zh-CN/common.json";
import datasets from "./zh-CN/datasets.json";
import datasetTypes from "./zh-CN/datasetTypes.json";
import files from "./zh-CN/files.json";
import imports from "./zh-CN/imports.json";
import models from "./zh-CN/models.json";
import overview from "./zh-CN/overview.json";
import parts from "./zh-CN/parts.json";
import picker from "./zh-CN/picker.json";
import services from "./zh-CN/services.json";
import session from "./zh-CN/session.json";
import tasks from "./zh-CN/tasks.json";
import training from "./zh-CN/training.json";
import type { Resources } from "./resources";

export const chinese: Resources = { audit, common, datasets, datasetTypes, files, imports, models, overview, parts, picker, services, session, tasks, training };
