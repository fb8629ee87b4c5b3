// What a service answered: bars for a classification, boxes for a detection, and always the JSON itself.
import { Flex, Tag, theme, Typography } from "antd";
import { useFormat, useTranslation } from "@/lib/i18n";
import { CodeBlock, ErrorState } from "@/ui";
import { classificationOf, detectionsOf, type Classification } from "./apis";
import { Picture } from "./Picture";
import type { Prediction } from "./send";

const shownClasses = 10;

export function AnswerView({ prediction, picture }: { prediction: Prediction; picture: File | null }) {
  const { t } = useTranslation("services");
  const format = useFormat();
  const { json, text, status, milliseconds, error } = prediction;
  const classification = error ? null : classificationOf(json);
  const detections = error ? null : detectionsOf(json);
  return (
    <Flex vertical gap={12}>
      <Flex gap={12} align="center" wrap>
        {status > 0 && <Tag color={error ? "error" : "success"}>HTTP {status}</Tag>}
        <Typography.Text type="secondary">{t("took", { time: format.duration(Math.max(1, milliseconds)) })}</Typography.Text>
      </Flex>
      {error && <ErrorState error={error} />}
      {classification && <Classes classification={classification} />}
      {detections && picture && (
        <>
          <Typography.Text>{t("found", { count: detections.length })}</Typography.Text>
          <Picture file={picture} height={420} detections={detections} />
        </>
      )}
      {text && (
        <CodeBlock
          code={json === undefined ? text : JSON.stringify(json, null, 2)}
          maxHeight={classification || detections ? 260 : 480}
          label={t("answer")}
        />
      )}
    </Flex>
  );
}

function Classes({ classification: { label, scores } }: { classification: Classification }) {
  const { t } = useTranslation("services");
  const format = useFormat();
  const { token } = theme.useToken();
  return (
    <div>
      <div style={{ fontSize: 22, fontWeight: 600, marginBottom: 8 }}>{t("predicted", { label })}</div>
      <dl style={{ display: "grid", gridTemplateColumns: "minmax(24px, max-content) 1fr 64px", gap: "4px 10px", margin: 0 }}>
        {scores.slice(0, shownClasses).map((each) => (
          <div key={each.label} style={{ display: "contents" }}>
            <dt style={{ overflowWrap: "anywhere", maxWidth: 200 }}>{each.label}</dt>
            <dd style={{ margin: 0, alignSelf: "center", background: token.colorFillTertiary, borderRadius: 3 }} aria-hidden>
              <div
                style={{
                  height: 12,
                  minWidth: 1,
                  width: `${Math.min(1, Math.max(0, each.score)) * 100}%`,
                  borderRadius: 3,
                  background: each.label === label ? token.colorPrimary : token.colorTextQuaternary,
                }}
              />
            </dd>
            <dd style={{ margin: 0, textAlign: "right", fontVariantNumeric: "tabular-nums" }}>
              {format.percent(each.score, 1)}
            </dd>
          </div>
        ))}
      </dl>
      {scores.length > shownClasses && (
        <Typography.Text type="secondary">{t("moreClasses", { count: scores.length - shownClasses })}</Typography.Text>
      )}
    </div>
  );
}
