// Which project and workspace the pages show. Both are part of the address; the defaults are left out of it.
import { useNavigate } from "@tanstack/react-router";
import { Flex, Select } from "antd";
import { useWorkspaces } from "@/api/platform";
import { useScope, useSession } from "@/api/session";
import { useTranslation } from "@/lib/i18n";

const all = "";

export function ScopeSwitch() {
  const { t } = useTranslation();
  const session = useSession();
  const { projectId, workspaceId } = useScope();
  const workspaces = useWorkspaces();
  const navigate = useNavigate();

  return (
    <Flex gap={8} align="center" style={{ minWidth: 0 }}>
      <Select
        aria-label={t("header.project")}
        title={t("header.project")}
        value={projectId}
        popupMatchSelectWidth={false}
        style={{ minWidth: 120, maxWidth: 220 }}
        options={session.projects.map(({ id, name }) => ({ value: id, label: name }))}
        // Ids in the address belong to the old project, so the new one begins at its overview.
        onChange={(id) => {
          const project = id === session.project_id ? undefined : id;
          void navigate({ to: "/", search: { project, workspace: undefined } });
        }}
      />
      <Select
        aria-label={t("header.workspace")}
        title={t("header.workspace")}
        value={workspaceId ?? all}
        popupMatchSelectWidth={false}
        style={{ minWidth: 150, maxWidth: 240 }}
        options={[
          { value: all, label: t("header.allWorkspaces") },
          ...(workspaces.data?.workspaces ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(id) =>
          void navigate({ to: ".", search: (old) => ({ ...old, workspace: id === all ? undefined : id }) })
        }
      />
    </Flex>
  );
}
