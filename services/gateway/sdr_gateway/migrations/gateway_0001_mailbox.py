from yoyo import step

from sdr_common.mailbox.schema import DOWN_V1, UP_V1

steps = [step(UP_V1, DOWN_V1)]
