// The English texts, one namespace per file and feature: they are the type of every key. Chinese must have the same
// keys (a test holds this). To add a namespace: a file in en/ and zh-CN/, a line here and a line in chinese.ts.
import audit from "./en/audit.json";
import common from "./en/common.json";
import datasets from "./en/datasets.json";
import datasetTypes from "./en/datasetTypes.json";
import files from "./en/files.json";
import imports from "./en/imports.json";
import models from "./en/models.json";
import overview from "./en/overview.json";
import parts from "./en/parts.json";
import picker from "./en/picker.json";
import services from "./en/services.json";
import session from "./en/session.json";
import tasks from "./en/tasks.json";
import training from "./en/training.json";

export const english = { audit, common, datasets, datasetTypes, files, imports, models, overview, parts, picker, services, session, tasks, training };
export type Resources = typeof english;
export type Namespace = keyof Resources;
