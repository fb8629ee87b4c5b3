// The copies that run, and what each of them prints.
import { Flex, Select } from "antd";
import { useEffect, useState, useSyncExternalStore } from "react";
import { api } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { LogLines } from "@/lib/logLines";
import { saveBlob } from "@/lib/save";
import { EmptyState, ErrorState, QueryView, StatusTag } from "@/ui";
import { LogView } from "@/ui/log/LogView";
import { useInstances, type Instance, type ServiceDetail } from "./queries";

export function InstancesTab({ service }: { service: ServiceDetail }) {
  const { t } = useTranslation("services");
  const instances = useInstances(service.service_id);
  const [chosen, setChosen] = useState<string>();
  return (
    <QueryView query={instances}>
      {({ instances: found }) => {
        const instance = found.find(({ instance_id }) => instance_id === chosen) ?? found[0];
        if (!instance) return <EmptyState title={t("noInstances")} />;
        return (
          <Flex vertical gap={10}>
            <Flex gap={16} align="center" wrap>
              <Select
                aria-label={t("instance")}
                style={{ minWidth: 320 }}
                value={instance.instance_id}
                onChange={setChosen}
                options={found.map((each) => ({ value: each.instance_id, label: nameOf(each, service) }))}
              />
              <InstanceState instance={instance} />
            </Flex>
            <InstanceLog
              key={`${instance.instance_id} ${instance.attempt}`}
              serviceId={service.service_id}
              instanceId={instance.instance_id}
              fileName={`${service.service_name}-${instance.instance_id.slice(-8)}.log`}
            />
          </Flex>
        );
      }}
    </QueryView>
  );
}

function nameOf(instance: Instance, service: ServiceDetail): string {
  const model = service.config.find(({ model_id }) => model_id === instance.model_id);
  return `${instance.instance_id.slice(-8)} · ${model ? `${model.model_name} ${model.model_version}` : instance.model_id}`;
}

function InstanceState({ instance }: { instance: Instance }) {
  const { t } = useTranslation("services");
  const ready = instance.state === "ready";
  const gone = instance.state === "gone" || instance.phase === "ended" || instance.phase === "lost";
  return (
    <Flex gap={12} align="center" wrap>
      <StatusTag tone={ready ? "good" : gone ? "neutral" : "active"}>
        {ready ? t("ready") : gone ? t("instanceGone") : t("instanceLoading")}
      </StatusTag>
      {instance.attempt > 1 && <span>{t("attempt", { number: instance.attempt })}</span>}
      {instance.message && <span>{instance.message}</span>}
    </Flex>
  );
}

const path = "/v1/{project_id}/services/{service_id}/instances/{instance_id}/log";
const pauseMs = 1500;

interface InstanceLogProps {
  serviceId: string;
  instanceId: string;
  fileName: string;
}

/** The last mebibyte of the log, and what comes after it. */
function InstanceLog({ serviceId, instanceId, fileName }: InstanceLogProps) {
  const { t } = useTranslation("services");
  const { projectId } = useScope();
  const [lines] = useState(() => new LogLines());
  const log = useSyncExternalStore(lines.subscribe, lines.snapshot);
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    let offset = -1;
    async function read() {
      try {
        const { data } = await api.GET(path, {
          params: { path: { project_id: projectId, service_id: serviceId, instance_id: instanceId }, query: { offset } },
          signal: abort.signal,
        });
        if (data && offset < 0) lines.reset(data.offset <= new TextEncoder().encode(data.content).length);
        if (data?.content) lines.append(data.content);
        offset = data?.offset ?? offset;
        setError(null);
      } catch (failure) {
        if (!abort.signal.aborted) setError(failure);
      }
      if (!abort.signal.aborted) timer = window.setTimeout(() => void read(), pauseMs);
    }
    void read();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [lines, projectId, serviceId, instanceId]);

  return (
    <>
      {error !== null && <ErrorState error={error} />}
      <LogView
        log={log}
        label={t("tab.instances")}
        empty={t("noLog")}
        height={520}
        onDownload={() => saveBlob(new Blob([log.lines.join("\n")], { type: "text/plain;charset=utf-8" }), fileName)}
      />
    </>
  );
}
