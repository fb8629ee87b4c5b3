// The filters of the audit log.
import { ReloadOutlined } from "@ant-design/icons";
import { AutoComplete, Button, DatePicker, Flex, Input, Select } from "antd";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { useLayoutEffect } from "react";
import { useTranslation } from "@/lib/i18n";
import type { AuditSearch } from "./AuditPage";
import { knownEvents, resourceTypes } from "./eventNames";

export interface AuditFiltersProps {
  search: AuditSearch;
  /** Whether all events are the reader's own: then there is no user to choose. */
  ownOnly: boolean;
  onChange: (values: AuditSearch) => void;
  onClear: () => void;
  onRefresh: () => void;
}

export function AuditFilters({ search, ownOnly, onChange, onClear, onRefresh }: AuditFiltersProps) {
  const { t, i18n } = useTranslation(["audit", "common", "parts"]);
  const { q, user, event, type, from, to } = search;
  const events = knownEvents.map((name) => ({
    value: name,
    label: i18n.language === "zh-CN" ? `${t(`audit:event.${name}`)} (${name})` : name,
  }));
  // Months and weekdays of the calendar come from dayjs, whose language is one for the whole page.
  useLayoutEffect(() => void dayjs.locale(i18n.language.toLowerCase()), [i18n.language]);
  const active = [q, user, event, type, from, to].some((value) => value !== undefined);
  return (
    <Flex gap={8} wrap style={{ marginBottom: 10 }} role="search" aria-label={t("audit:filters")}>
      <DatePicker.RangePicker
        showTime={{ format: "HH:mm" }}
        format="YYYY-MM-DD HH:mm"
        allowEmpty={[true, true]}
        style={{ width: 290 }}
        value={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
        placeholder={[t("audit:from"), t("audit:to")]}
        presets={[
          { label: t("audit:lastHour"), value: [dayjs().subtract(1, "hour"), null] },
          { label: t("audit:today"), value: [dayjs().startOf("day"), null] },
          { label: t("audit:lastDays", { days: 7 }), value: [dayjs().subtract(7, "day"), null] },
          { label: t("audit:lastDays", { days: 30 }), value: [dayjs().subtract(30, "day"), null] },
        ]}
        onChange={(range) => onChange({ from: range?.[0]?.valueOf(), to: range?.[1]?.valueOf() })}
      />
      {!ownOnly && (
        <Input.Search
          key={`user-${user ?? ""}`}
          allowClear
          style={{ width: 150 }}
          defaultValue={user}
          maxLength={64}
          placeholder={t("audit:user")}
          aria-label={t("audit:user")}
          onSearch={(value) => onChange({ user: value.trim() || undefined })}
        />
      )}
      <Select
        allowClear
        style={{ width: 175 }}
        value={event}
        placeholder={t("audit:eventName")}
        aria-label={t("audit:eventName")}
        popupMatchSelectWidth={360}
        showSearch={{ optionFilterProp: "label" }}
        options={events}
        onChange={(value?: string) => onChange({ event: value })}
      />
      <AutoComplete
        key={`type-${type ?? ""}`}
        allowClear
        style={{ width: 160 }}
        defaultValue={type}
        placeholder={t("audit:resourceType")}
        aria-label={t("audit:resourceType")}
        options={resourceTypes.map((value) => ({ value }))}
        showSearch={{ filterOption: (words, option) => String(option?.value).toLowerCase().includes(words.toLowerCase()) }}
        onSelect={(value: string) => onChange({ type: value })}
        onClear={() => onChange({ type: undefined })}
        onKeyDown={(pressed) => {
          if (pressed.key === "Enter") onChange({ type: (pressed.target as HTMLInputElement).value.trim() || undefined });
        }}
      />
      <Input.Search
        key={`q-${q ?? ""}`}
        allowClear
        style={{ width: 170 }}
        defaultValue={q}
        maxLength={256}
        placeholder={t("audit:search")}
        aria-label={t("audit:search")}
        onSearch={(value) => onChange({ q: value.trim() || undefined })}
      />
      {active && <Button onClick={onClear}>{t("parts:list.clear")}</Button>}
      <Button
        icon={<ReloadOutlined aria-hidden />}
        aria-label={t("common:action.refresh")}
        title={t("common:action.refresh")}
        onClick={onRefresh}
      />
    </Flex>
  );
}
