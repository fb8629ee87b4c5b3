// The frame of the console: header, navigation, page, and what lives across pages (uploads, the task watcher).
import { Outlet, useSearch } from "@tanstack/react-router";
import { Layout } from "antd";
import { Suspense, useMemo } from "react";
import { ScopeContext, useSession } from "@/api/session";
import { UploadPanel } from "@/features/files/UploadPanel";
import { useTranslation } from "@/lib/i18n";
import { PageSkeleton } from "@/ui";
import { Header } from "./Header";
import { SideNavigation } from "./SideNavigation";

export function ConsoleLayout() {
  const { t } = useTranslation();
  const session = useSession();
  const { project, workspace } = useSearch({ from: "/console" });
  const scope = useMemo(
    () => ({ projectId: project ?? session.project_id, workspaceId: workspace ?? null }),
    [project, workspace, session.project_id],
  );
  return (
    <ScopeContext value={scope}>
      <a className="maquette-skip" href="#content">
        {t("nav.skip")}
      </a>
      <Layout style={{ height: "100vh" }}>
        <Header />
        <Layout hasSider style={{ minHeight: 0 }}>
          <SideNavigation />
          <Layout.Content id="content" role="main" tabIndex={-1} style={{ overflow: "auto", outline: "none" }}>
            <Suspense fallback={<PageSkeleton />}>
              {/* Another project is another world: nothing of the old one may stay in a form. */}
              <Outlet key={scope.projectId} />
            </Suspense>
          </Layout.Content>
        </Layout>
      </Layout>
      <UploadPanel />
    </ScopeContext>
  );
}
