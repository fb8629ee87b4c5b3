// The list of real-time services.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useFormat, useTranslation } from "@/lib/i18n";
import { Time } from "@/ui";
import { ListPage } from "@/ui/ListPage";
import { serviceStates, useServices } from "./queries";
import { RowActions } from "./ServiceActions";
import { ServiceTag } from "./ServiceTag";

export function ServicesPage() {
  const { t } = useTranslation(["services", "common"]);
  const format = useFormat();
  const search = useSearch({ from: "/console/services" });
  const navigate = useNavigate({ from: "/services" });
  const { q = "", status = "", page = 1, size = 20 } = search;
  const services = useServices({ name: q, status, page, perPage: size });
  return (
    <ListPage
      title={t("services:title")}
      create={{ label: t("services:create"), to: "/services/create" }}
      states={{
        label: t("services:stateFilter"),
        options: serviceStates.map((value) => ({ value, label: t(`services:state.${value}`) })),
      }}
      none={{ title: t("services:none"), hint: t("services:noneHint") }}
      search={search}
      onChange={(change) => void navigate({ search: (old) => ({ ...old, page: undefined, ...change }), replace: true })}
      query={services}
      read={({ services: rows, total_count: total }) => ({ rows, total })}
      table={{
        rowKey: "service_id",
        minWidth: 960,
        columns: [
          {
            title: t("common:field.name"),
            dataIndex: "service_name",
            width: 260,
            ellipsis: true,
            render: (name: string, service) => (
              <Link to="/services/$serviceId" params={{ serviceId: service.service_id }}>
                {name}
              </Link>
            ),
          },
          { title: t("common:field.status"), width: 150, render: (_, service) => <ServiceTag status={service.status} /> },
          {
            title: t("services:calls"),
            width: 160,
            align: "right",
            render: (_, service) =>
              t("services:callsAndFailures", {
                calls: format.number(service.invocation_times),
                failures: format.number(service.failed_times),
              }),
          },
          { title: t("common:field.description"), dataIndex: "description", ellipsis: true },
          {
            title: t("common:field.created"),
            dataIndex: "publish_at",
            width: 180,
            render: (value: number) => <Time value={value} />,
          },
          { title: t("common:field.actions"), width: 130, render: (_, service) => <RowActions service={service} /> },
        ],
      }}
    />
  );
}
