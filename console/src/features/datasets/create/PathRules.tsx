// The rules for a dataset's two paths, judged while they are filled in.
import { CheckCircleFilled, CloseCircleFilled, MinusCircleOutlined } from "@ant-design/icons";
import { Flex, theme } from "antd";
import { useBucketList } from "@/api/files";
import { useTranslation } from "@/lib/i18n";
import { pathRules, pathVerdicts } from "./rules";

export function PathRules({ input, output }: { input: string; output: string }) {
  const { t } = useTranslation("datasetTypes");
  const { token } = theme.useToken();
  const buckets = useBucketList();
  const verdicts = pathVerdicts(input, output, buckets.data?.buckets.map(({ name }) => name));
  const marks = {
    kept: <CheckCircleFilled style={{ color: token.colorSuccess }} aria-hidden />,
    broken: <CloseCircleFilled style={{ color: token.colorError }} aria-hidden />,
    open: <MinusCircleOutlined style={{ color: token.colorTextTertiary }} aria-hidden />,
  };
  return (
    <Flex vertical gap={4} component="ul" aria-label={t("create.rules")} aria-live="polite" style={{ listStyle: "none", margin: "0 0 16px", padding: 0 }}>
      {pathRules.map((rule) => (
        <li key={rule} data-verdict={verdicts[rule]} style={{ display: "flex", gap: 8, color: verdicts[rule] === "broken" ? token.colorError : token.colorTextSecondary }}>
          {marks[verdicts[rule]]}
          <span>{t(`create.${rule}`)}</span>
          <span className="maquette-hidden">{t(`create.${verdicts[rule]}`)}</span>
        </li>
      ))}
    </Flex>
  );
}
