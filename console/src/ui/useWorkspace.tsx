// Lists of jobs, models and services are of one workspace: the chosen one, or the default one.
import { Typography } from "antd";
import { useWorkspaces } from "@/api/platform";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";

export const defaultWorkspace = "0";

/** The workspace that lists ask for and new things go to. */
export function useWorkspace(): string {
  return useScope().workspaceId ?? defaultWorkspace;
}

/** Says that "all workspaces" means the default one here; nothing where there is only one, or one is chosen. */
export function WorkspaceHint() {
  const { t } = useTranslation("parts");
  const { workspaceId } = useScope();
  const workspaces = useWorkspaces().data?.workspaces ?? [];
  if (workspaceId !== null || workspaces.length < 2) return null;
  const name = workspaces.find(({ id }) => id === defaultWorkspace)?.name ?? "default";
  return <Typography.Text type="secondary">{t("workspace.hint", { name })}</Typography.Text>;
}
