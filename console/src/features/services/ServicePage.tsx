// One real-time service: its state, and tabs for using it, changing it and watching it.
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Alert, Flex, Tabs } from "antd";
import { useFormat, useTranslation } from "@/lib/i18n";
import { CopyText, Page, Panel, QueryView, Time } from "@/ui";
import { Facts } from "@/ui/Facts";
import { CallGuide } from "./CallGuide";
import { ConfigTab } from "./ConfigTab";
import { EventsTab } from "./EventsTab";
import { HistoryTab } from "./HistoryTab";
import { InstancesTab } from "./InstancesTab";
import { MonitorTab } from "./MonitorTab";
import { PredictTab } from "./predict/PredictTab";
import { useRefreshServices, useService, type ServiceDetail } from "./queries";
import { PageActions } from "./ServiceActions";
import { ServiceTag } from "./ServiceTag";
import { WaitingHint } from "./WaitingHint";

export const serviceTabs = ["predict", "guide", "config", "monitor", "events", "history", "instances"] as const;
export type ServiceTab = (typeof serviceTabs)[number];

export function ServicePage() {
  const { t } = useTranslation("services");
  const { serviceId } = useParams({ from: "/console/services/$serviceId" });
  const service = useService(serviceId);
  const navigate = useNavigate();
  const refresh = useRefreshServices();
  const { data } = service;
  return (
    <Page
      title={data?.service_name ?? t("one")}
      mark={data && <ServiceTag status={data.status} progress={data.progress} />}
      description={data?.description}
      crumbs={[{ label: t("title"), link: { to: "/services" } }]}
      actions={
        data && (
          <PageActions
            service={data}
            onDeleted={() => {
              void navigate({ to: "/services" }).then(refresh);
            }}
          />
        )
      }
    >
      <QueryView query={service}>{(found) => <Shown service={found} />}</QueryView>
    </Page>
  );
}

function Shown({ service }: { service: ServiceDetail }) {
  const { t } = useTranslation(["services", "common"]);
  const format = useFormat();
  const { tab = "predict" } = useSearch({ from: "/console/services/$serviceId" });
  const navigate = useNavigate({ from: "/services/$serviceId" });
  const bad = service.status === "failed";
  return (
    <Flex vertical gap={12}>
      {service.error_msg && (
        <Alert
          type={bad ? "error" : "warning"}
          showIcon
          title={bad ? t("services:failedBecause") : t("services:troubleBecause")}
          description={service.error_msg}
        />
      )}
      {service.status !== "stopped" && service.config.some(({ status }) => status !== "ready") && (
        <WaitingHint serviceId={service.service_id} />
      )}
      <Panel>
        <Facts
          column={470}
          facts={[
            { label: t("services:id"), value: <CopyText text={service.service_id} /> },
            {
              label: t("services:calls"),
              value: t("services:callsAndFailures", {
                calls: format.number(service.invocation_times),
                failures: format.number(service.failed_times),
              }),
            },
            { label: t("services:owner"), value: service.owner_name },
            { label: t("common:field.created"), value: <Time value={service.publish_at} /> },
            ...(service.due_time ? [{ label: t("services:stopsAt"), value: <Time value={service.due_time} /> }] : []),
          ]}
        />
      </Panel>
      <section className="maquette-panel">
        <Tabs
          activeKey={tab}
          onChange={(key) =>
            void navigate({
              search: (old) => ({ ...old, tab: key === "predict" ? undefined : (key as ServiceTab) }),
              replace: true,
            })
          }
          destroyOnHidden
          items={[
            { key: "predict", label: t("services:tab.predict"), children: <PredictTab service={service} /> },
            { key: "guide", label: t("services:tab.guide"), children: <CallGuide service={service} /> },
            { key: "config", label: t("services:tab.config"), children: <ConfigTab service={service} /> },
            { key: "monitor", label: t("services:tab.monitor"), children: <MonitorTab service={service} /> },
            { key: "events", label: t("services:tab.events"), children: <EventsTab serviceId={service.service_id} /> },
            { key: "history", label: t("services:tab.history"), children: <HistoryTab serviceId={service.service_id} /> },
            { key: "instances", label: t("services:tab.instances"), children: <InstancesTab service={service} /> },
          ]}
        />
      </section>
    </Flex>
  );
}
