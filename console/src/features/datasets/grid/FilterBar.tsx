// Filters of the grid: fields to set them, and chips that show and remove the ones that are set.
import { FilterOutlined, SearchOutlined, SortAscendingOutlined, SortDescendingOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input, Popover, Segmented, Select, Tag } from "antd";
import { useState } from "react";
import { FolderPicker } from "@/ui";
import { useTranslation } from "@/lib/i18n";
import type { LabelStats } from "../queries";
import { Swatch } from "../labels/Swatch";
import { isFiltered, periods, usages, type SampleSearch } from "./filter";

interface FilterBarProps {
  search: SampleSearch;
  onSearch: (search: SampleSearch) => void;
  labels: LabelStats[];
  /** The dataset's input path; null where samples are not found by their folder. */
  folder: string | null;
}

export function FilterBar({ search, onSearch, labels, folder }: FilterBarProps) {
  const { t } = useTranslation(["datasets", "common"]);
  const { newest } = search;
  const order = newest ? t("datasets:filter.newest") : t("datasets:filter.oldest");
  return (
    <Flex gap={8} align="center" wrap>
      <NameSearch key={search.name ?? ""} value={search.name} onChange={(name) => onSearch({ ...search, name })} />
      <Popover
        trigger="click"
        placement="bottomLeft"
        destroyOnHidden
        content={<FilterForm search={search} onSearch={onSearch} labels={labels} folder={folder} />}
      >
        <Button icon={<FilterOutlined aria-hidden />} aria-haspopup="dialog">
          {t("datasets:filter.title")}
        </Button>
      </Popover>
      <Button
        icon={newest ? <SortDescendingOutlined aria-hidden /> : <SortAscendingOutlined aria-hidden />}
        aria-label={`${t("datasets:filter.order")}: ${order}`}
        title={order}
        onClick={() => onSearch({ ...search, newest: newest ? undefined : true })}
      />
      <Chips search={search} onSearch={onSearch} labels={labels} />
    </Flex>
  );
}

function NameSearch({ value = "", onChange }: { value?: string; onChange: (name: string | undefined) => void }) {
  const { t } = useTranslation(["datasets", "common"]);
  const [text, setText] = useState(value);
  return (
    <Input.Search
      value={text}
      allowClear
      style={{ width: 220 }}
      data-search
      placeholder={t("datasets:filter.name")}
      aria-label={t("datasets:filter.name")}
      enterButton={<Button icon={<SearchOutlined aria-hidden />} aria-label={t("common:action.search")} />}
      onChange={(event) => setText(event.target.value)}
      onSearch={(name) => onChange(name.trim() || undefined)}
    />
  );
}

function FilterForm({ search, onSearch, labels, folder }: FilterBarProps) {
  const { t } = useTranslation("datasets");
  const set = (part: Partial<SampleSearch>) => onSearch({ ...search, ...part });
  const any = { value: "", label: t("filter.any") };
  return (
    <Form layout="vertical" style={{ width: 340 }} size="small" role="dialog" aria-label={t("filter.title")} className="ds-filter">
      {labels.length > 0 && (
        <Form.Item label={t("filter.labels")}>
          <Select
            mode="multiple"
            allowClear
            value={search.labels ?? []}
            aria-label={t("filter.labels")}
            options={[...new Set(labels.map(({ name }) => name))].map((name) => ({ value: name, label: name }))}
            onChange={(names: string[]) => set({ labels: names.length > 0 ? names : undefined, ...(names.length < 2 && { every: undefined }) })}
          />
        </Form.Item>
      )}
      {(search.labels?.length ?? 0) > 1 && (
        <Form.Item>
          <Segmented
            value={search.every ? "every" : "any"}
            options={[
              { value: "any", label: t("filter.anyLabel") },
              { value: "every", label: t("filter.everyLabel") },
            ]}
            onChange={(value) => set({ every: value === "every" || undefined })}
          />
        </Form.Item>
      )}
      <Form.Item label={t("filter.hard")}>
        <Segmented
          value={search.hard === undefined ? "" : search.hard ? "yes" : "no"}
          options={[any, { value: "yes", label: t("filter.isHard") }, { value: "no", label: t("filter.notHard") }]}
          onChange={(value) => set({ hard: value === "" ? undefined : value === "yes" })}
        />
      </Form.Item>
      <Form.Item label={t("filter.usage")}>
        <Select
          value={search.usage ?? ""}
          aria-label={t("filter.usage")}
          options={[any, ...usages.map((value) => ({ value, label: t(`usage.${value}`) }))]}
          onChange={(value) => set({ usage: usages.find((usage) => usage === value) })}
        />
      </Form.Item>
      <Form.Item label={t("filter.added")}>
        <Segmented
          value={search.added ?? ""}
          options={[any, ...periods.map((value) => ({ value, label: t(`filter.${value}`) }))]}
          onChange={(value) => set({ added: periods.find((period) => period === value) })}
        />
      </Form.Item>
      {folder !== null && (
        <Form.Item label={t("filter.folder")} extra={t("filter.folderHint")} style={{ marginBottom: 0 }}>
          <FolderField value={search.folder ?? ""} start={folder} onChange={(value) => set({ folder: value || undefined })} />
        </Form.Item>
      )}
    </Form>
  );
}

/** Typing changes the filter only once it is done. */
function FolderField({ value, start, onChange }: { value: string; start: string; onChange: (value: string) => void }) {
  const { t } = useTranslation("datasets");
  const [text, setText] = useState(value);
  return (
    <div onBlur={() => text !== value && onChange(text.trim())}>
      <FolderPicker
        kind="folder"
        value={text}
        start={start}
        aria-label={t("filter.folder")}
        onChange={(next) => {
          setText(next);
          if (next.endsWith("/") || next === "") onChange(next);
        }}
      />
    </div>
  );
}

function Chips({ search, onSearch, labels }: Omit<FilterBarProps, "folder">) {
  const { t } = useTranslation("datasets");
  const { labels: wanted = [], every, hard, usage, added, name, folder } = search;
  const chip = (key: string, text: string, removed: SampleSearch, color?: string | null) => (
    <Tag key={key} closable={{ "aria-label": t("filter.remove", { filter: text }) }} onClose={() => onSearch(removed)} style={{ margin: 0 }}>
      {color !== undefined && (
        <span style={{ marginInlineEnd: 4, verticalAlign: -1 }}>
          <Swatch color={color} />
        </span>
      )}
      {text}
    </Tag>
  );
  const colorOf = (label: string) => labels.find((each) => each.name === label)?.property["@modelarts:color"] ?? null;
  const rest = (label: string) => {
    const left = wanted.filter((each) => each !== label);
    return { ...search, labels: left.length > 0 ? left : undefined, every: left.length > 1 ? every : undefined };
  };
  return (
    <>
      {wanted.map((label) => chip(`label-${label}`, label, rest(label), colorOf(label)))}
      {wanted.length > 1 && every && chip("every", t("filter.everyLabel"), { ...search, every: undefined })}
      {hard !== undefined && chip("hard", hard ? t("filter.isHard") : t("filter.notHard"), { ...search, hard: undefined })}
      {usage && chip("usage", t(`usage.${usage}`), { ...search, usage: undefined })}
      {added && chip("added", t(`filter.${added}`), { ...search, added: undefined })}
      {name && chip("name", `“${name}”`, { ...search, name: undefined })}
      {folder && chip("folder", folder, { ...search, folder: undefined })}
      {isFiltered(search) && (
        <Button type="link" size="small" onClick={() => onSearch({ tab: search.tab, newest: search.newest })}>
          {t("filter.clear")}
        </Button>
      )}
    </>
  );
}
